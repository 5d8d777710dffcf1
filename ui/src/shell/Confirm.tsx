import { Modal } from "@mantine/core";
import { useQuestion } from "./confirm";

/** The question that waits for an answer, if there is one. */
export function Confirm() {
  const question = useQuestion();
  const answer = (agreed: boolean) => question?.answer(agreed);
  return (
    <Modal.Root
      opened={question !== null}
      onClose={() => answer(false)}
      size={420}
      padding={20}
      centered
      zIndex={400}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Modal.Title className="confirm__text">{question?.text}</Modal.Title>
          <div className="confirm__answers">
            <button type="button" className="button" onClick={() => answer(false)} data-autofocus>
              Cancel
            </button>
            <button type="button" className="button button--primary" onClick={() => answer(true)}>
              {question?.word}
            </button>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
