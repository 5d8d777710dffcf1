import { Component, type ReactNode } from "react";

interface Properties {
  name: string;
  children: ReactNode;
}

/** Keeps the fault of one panel from taking the page with it. */
export class PanelBoundary extends Component<Properties, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <div className="say say--error" role="alert">
        <p className="say__title">This panel could not be drawn</p>
        <p>{fault.message}</p>
        <p className="say__id">{this.props.name}</p>
        <button type="button" className="button" onClick={() => this.setState({ fault: null })}>
          Draw again
        </button>
      </div>
    );
  }
}
