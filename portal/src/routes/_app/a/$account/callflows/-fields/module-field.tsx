/** One setting of a step, drawn as the registry says. What other clients stored in another form is shown as JSON, not lost. */
import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { MediaField } from "@/ui/audio/media-field";

import type { ModuleField as Asked } from "../-model/types";
import { useWords } from "../-model/use-modules";
import { DocumentField } from "./document-field";
import { DocumentsField } from "./documents-field";
import classes from "./fields.module.css";
import { MembersField } from "./members-field";
import { PairsField } from "./pairs-field";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

interface Props {
  account: string;
  field: Asked;
  value: unknown;
  names: ReadonlyMap<string, string>;
  onChange: (value: unknown) => void;
  error?: string;
  except?: string;
}

export function ModuleField({ account, field, value, names, onChange, error, except }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const words = useWords();
  const label = words(field.label);
  const help = field.help ? words(field.help) : undefined;
  const common = { label, description: help, error };
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const number = (scale: number, suffix: string) => (
    <NumberInput {...common} min={0} suffix={suffix} decimalScale={2} value={value === undefined || value === "" ? "" : Number(value) / scale} placeholder={field.default === null || field.default === undefined ? undefined : `${Number(field.default) / scale}${suffix}`} onChange={(next) => onChange(next === "" ? undefined : Math.round(Number(next) * scale * 100) / 100)} />
  );

  switch (field.control) {
    case "document":
      return <DocumentField account={account} of={field.of} label={label} help={help} value={text} onChange={onChange} error={error} except={except} />;
    case "documents":
      return <DocumentsField account={account} of={field.of} label={label} value={value} names={names} onChange={onChange} />;
    case "members":
      return <MembersField account={account} label={label} value={value} onChange={onChange} />;
    case "media":
      return <MediaField account={account} label={label} help={help} value={text || undefined} onChange={onChange} fallback={t("field.noSound")} error={error} />;
    case "choice": {
      const usual = field.choices.find((choice) => choice.value === (value ?? field.default));
      const other = value !== undefined && !usual ? [{ value: text, label: text }] : [];
      return <Select {...common} allowDeselect={false} data={[...field.choices.map((choice) => ({ value: String(choice.value), label: words(choice) })), ...other]} value={usual ? String(usual.value) : text} onChange={(next) => onChange(field.choices.find((choice) => String(choice.value) === next)?.value ?? next)} />;
    }
    case "switch":
      return <Switch label={label} description={help} checked={value === undefined ? field.default === true : value === true || value === "true"} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case "seconds":
      return number(1, " s");
    case "ms":
      return number(1000, " s");
    case "whole":
    case "decimal":
      return number(1, "");
    case "list":
      return <TagsInput {...common} value={Array.isArray(value) ? value.map(String) : []} onChange={(next) => onChange(next.length ? next : undefined)} />;
    case "keys": {
      const several = Array.isArray(field.default);
      const on = Array.isArray(value) ? value.map(String) : value === undefined ? (several ? (field.default as string[]) : [String(field.default ?? "")]) : [text];
      const toggle = (key: string) => {
        if (!several) return onChange(key);
        return onChange(on.includes(key) ? on.filter((each) => each !== key) : [...on, key]);
      };
      return (
        <fieldset className={classes.members}>
          <legend>{label}</legend>
          <div className={classes.keys}>
            {KEYS.map((key) => (
              <button key={key} type="button" className={classes.key} aria-pressed={on.includes(key)} onClick={() => toggle(key)}>
                {key}
              </button>
            ))}
          </div>
        </fieldset>
      );
    }
    case "pairs":
      return <PairsField label={label} value={value} onChange={onChange} />;
    case "timezone":
      return <Select {...common} data={Intl.supportedValuesOf("timeZone")} value={text || null} onChange={(next) => onChange(next ?? undefined)} searchable clearable placeholder={t("field.usual")} />;
    case "language":
      return <Select {...common} data={["en-US", "en-CA", "en-GB", "fr-CA", "fr-FR", "es-ES", "de-DE", ...(text && !/^(en-(US|CA|GB)|fr-(CA|FR)|es-ES|de-DE)$/.test(text) ? [text] : [])]} value={text || null} onChange={(next) => onChange(next ?? undefined)} />;
    case "json":
      return <JsonField {...common} value={value} onChange={onChange} />;
    default:
      return typeof value === "object" && value !== null ? <JsonField {...common} value={value} onChange={onChange} /> : <TextInput {...common} value={text} placeholder={typeof field.default === "string" ? field.default : undefined} onChange={(event) => onChange(event.currentTarget.value || undefined)} />;
  }
}

interface JsonProps {
  label: string;
  description?: string;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string;
  rows?: number;
}

/** A value as JSON text; it counts when it can be read. */
export function JsonField({ label, description, value, onChange, error, rows = 4 }: JsonProps) {
  const { t } = useTranslation(["callflows", "ui"]);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const finish = () => {
    if (typed === null) return;
    try {
      onChange(typed.trim() ? JSON.parse(typed) : undefined);
      setTyped(null);
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return <Textarea label={label} description={description} error={wrong ? t("field.notJson") : error} rows={rows} classNames={{ input: classes.json }} value={typed ?? (value === undefined ? "" : JSON.stringify(value, null, 2))} onChange={(event) => setTyped(event.currentTarget.value)} onBlur={finish} spellCheck={false} />;
}
