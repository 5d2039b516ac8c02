/** Parts of forms: a titled section, a setting with its switch at the right, and a pair of fields side by side. */
import { Switch } from "@mantine/core";
import { type ChangeEvent, type ReactNode, useId } from "react";

import { Editable } from "../may";
import classes from "./form.module.css";

interface SectionProps {
  title?: string;
  help?: string;
  action?: ReactNode;
  /** 2 on a page, 3 (the default) in a panel, whose title is a second-level heading. */
  level?: 2 | 3;
  children?: ReactNode;
}

export function Section({ title, help, action, level = 3, children }: SectionProps) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section className={classes.section} aria-labelledby={title ? id : undefined}>
      {title && (
        <div className={classes.sectionHead}>
          <div>
            <Heading id={id} className={classes.sectionTitle}>
              {title}
            </Heading>
            {help && <p className={classes.help}>{help}</p>}
          </div>
          {action}
        </div>
      )}
      {children}
    </section>
  );
}

interface SettingProps {
  label: string;
  help?: string;
  checked: boolean;
  onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  disabled?: boolean;
}

/** One thing that is on or off. The whole row is the label. */
export function Setting({ label, help, checked, onChange, disabled }: SettingProps) {
  const id = useId();
  return (
    <label className={classes.setting} data-disabled={disabled || undefined}>
      <span>
        <span className={classes.settingName}>{label}</span>
        {help && (
          <span className={classes.help} id={id}>
            {help}
          </span>
        )}
      </span>
      <Switch checked={checked} onChange={onChange} disabled={disabled} aria-label={label} aria-describedby={help ? id : undefined} />
    </label>
  );
}

export function Pair({ children }: { children: ReactNode }) {
  return <div className={classes.pair}>{children}</div>;
}

/**
 * Who may not change what is changed here sees it as it is. `open`: the form holds what can be used by those who only look too, and says
 * itself which of its parts are `Editable`.
 */
export function Form({ children, label, open = false }: { children: ReactNode; label: string; open?: boolean }) {
  return (
    <form className={classes.form} aria-label={label} noValidate onSubmit={(event) => event.preventDefault()}>
      {open ? children : <Editable>{children}</Editable>}
    </form>
  );
}
