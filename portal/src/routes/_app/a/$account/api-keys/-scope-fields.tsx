/** What the key may do: all to read, everything, or each resource by itself. */
import { SegmentedControl, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import form from "@/ui/form/form.module.css";

import classes from "./-keys.module.css";
import { type Level, levelOf, othersOf, type Preset, presetOf, RESOURCES, withLevel, withOthers, withPreset } from "./-scopes";

interface Props {
  scopes: readonly string[];
  /** Chosen, though nothing is yet. */
  chosen: boolean;
  onChosen: (chosen: boolean) => void;
  onChange: (scopes: string[]) => void;
  error?: string;
}

export function ScopeFields({ scopes, chosen, onChosen, onChange, error }: Props) {
  const { t } = useTranslation("api-keys");
  const preset = chosen ? "chosen" : presetOf(scopes);
  const choose = (next: Preset) => {
    onChosen(next === "chosen");
    onChange(withPreset(scopes, next));
  };
  return (
    <div className={classes.scopes}>
      <SegmentedControl aria-label={t("scopes.title")} fullWidth value={preset} onChange={(value) => choose(value as Preset)} data={(["read", "all", "chosen"] as const).map((value) => ({ value, label: t(`preset.${value}`) }))} />
      <p className={form.help}>{t(`presetHelp.${preset}`)}</p>
      {preset === "chosen" && (
        <>
          <table className={classes.resources}>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">{t("scopes.resource")}</th>
                <th scope="col">{t("scopes.level")}</th>
              </tr>
            </thead>
            <tbody>
              {RESOURCES.map((resource) => (
                <tr key={resource}>
                  <th scope="row">{t(`resource.${resource}`)}</th>
                  <td>
                    <SegmentedControl
                      size="xs"
                      aria-label={t(`resource.${resource}`)}
                      value={levelOf(scopes, resource)}
                      onChange={(value) => onChange(withLevel(scopes, resource, value as Level))}
                      data={(["none", "read", "all"] as const).map((value) => ({ value, label: t(`level.${value}`) }))}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <TagsInput label={t("scopes.others")} description={t("scopes.othersHelp")} placeholder="users:invite" value={othersOf(scopes)} onChange={(value) => onChange(withOthers(scopes, value))} />
        </>
      )}
      {error && (
        <p className={form.failure} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
