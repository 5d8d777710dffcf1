import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { ZONES, type Zone, zoneName } from "../format/time";
import { setZone, useZone } from "../format/zone";
import { type Density, setLook, type UpDown, useLook } from "../theme/look";

interface ChoiceProperties {
  title: string;
  hint: string;
  value: string;
  options: { value: string; label: string }[];
  /** What the choice looks like. */
  sample?: React.ReactNode;
  set(value: string): void;
}

function Choice({ title, hint, value, options, sample, set }: ChoiceProperties) {
  return (
    <div className="field field--wide">
      <span className="field__title">
        {title} {sample}
      </span>
      <SegmentedControl
        size="xs"
        aria-label={title}
        data={options}
        value={value}
        onChange={set}
        transitionDuration={0}
      />
      <p className="field__hint">{hint}</p>
    </div>
  );
}

/** In which zone times are shown. */
export function ZoneField() {
  const zone = useZone();
  const here = zoneName("local");
  const words: Record<Zone, string> = {
    UTC: "UTC",
    exchange: "New York",
    local: `This machine (${here})`,
  };
  return (
    <Choice
      title="Time zone"
      hint="The zone is printed beside times. Days of histories are days of their exchange in any case."
      value={zone}
      options={ZONES.map((one) => ({ value: one, label: words[one] }))}
      set={(value) => setZone(value as Zone)}
    />
  );
}

/** How the page looks on this machine: theme, colours of up and down, density, zone. */
export function LookFields() {
  const { palette, density } = useLook();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className="settings__fields">
      <Choice
        title="Theme"
        hint="As the system, or one of both."
        value={colorScheme}
        options={[
          { value: "dark", label: "Dark" },
          { value: "light", label: "Light" },
          { value: "auto", label: "As the system" },
        ]}
        set={(value) => setColorScheme(value as "dark" | "light" | "auto")}
      />
      <Choice
        title="Up and down"
        hint="The colour-blind tell blue and orange apart; a sign or an arrow says it in any case."
        sample={
          <span className="settings__sample" aria-hidden="true">
            <span className="tone-up">▲ +1.24%</span> <span className="tone-down">▼ −0.87%</span>
          </span>
        }
        value={palette}
        options={[
          { value: "safe", label: "Blue, orange" },
          { value: "western", label: "Green, red" },
          { value: "eastern", label: "Red, green" },
        ]}
        set={(value) => setLook({ palette: value as UpDown })}
      />
      <Choice
        title="Density"
        hint="Compact shows more rows and smaller figures."
        value={density}
        options={[
          { value: "comfortable", label: "Comfortable" },
          { value: "compact", label: "Compact" },
        ]}
        set={(value) => setLook({ density: value as Density })}
      />
      <ZoneField />
    </div>
  );
}
