/** A webhook: what it tells, whom, and how. The hooks' names come from the API. */
import { ActionIcon, Button, Code, CopyButton, NumberInput, PasswordInput, Select, TextInput, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, patchDoc, Problem, removeDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";

import { type Hook, kindsQuery, sampleQuery } from "./-hook";
import classes from "./-webhooks.module.css";

export const BLANK: Omit<Hook, "id"> = { name: "", hook: "", uri: "https://", http_verb: "post", format: "json", retries: 2, enabled: true };
const OBJECTS = ["users", "devices", "callflows", "vmboxes", "groups", "menus", "media", "temporal_rules", "conferences", "accounts"];
const ACTIONS = ["doc_created", "doc_edited", "doc_deleted"] as const;

interface Props {
  account: string;
  /** Empty: a new one. */
  id: string;
  hook: Omit<Hook, "id">;
  onMade: (id: string) => void;
  onGone: () => void;
}

/** The document without what the server adds. */
function own(hook: Omit<Hook, "id">): Omit<Hook, "id"> {
  const { id: _id, _read_only: _computed, metadata: _names, disable_reason: _why, disable_code: _because, ...document } = hook as Hook & { _read_only?: unknown; metadata?: unknown };
  return document;
}

export function HookForm({ account, id, hook, onMade, onGone }: Props) {
  const { t } = useTranslation(["webhooks", "ui"]);
  const client = useQueryClient();
  const kinds = useQuery(kindsQuery).data ?? [];
  const draft = useDraft(own(hook));
  const now = draft.value;
  const sample = useQuery(sampleQuery(now.hook)).data;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const about = (name: string) => t(`kind.${name as "object"}`, { defaultValue: kinds.find((kind) => kind.id === name)?.description ?? name });
  const validate = (value: Omit<Hook, "id">): Record<string, string> => ({
    ...(value.name.trim() ? {} : { name: t("ui:required") }),
    ...(value.hook ? {} : { hook: t("hookMissing") }),
    ...(/^https?:\/\/[^\s/]+/.test(value.uri.trim()) ? {} : { uri: t("uriWrong") }),
  });
  const create = async () => {
    const wrong = validate(now);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createDoc<Hook>(account, "webhooks", now);
      draft.adopt(now);
      await client.invalidateQueries({ queryKey: ["account", account, "webhooks"] });
      tellDone(t("created", { name: now.name }));
      onMade(made.id);
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(error.fields);
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={hook.name || t("new")}>
      <TextInput label={t("name")} data-autofocus {...draft.field("name")} />
      <Select label={t("event")} description={now.hook ? about(now.hook) : t("eventHelp")} searchable allowDeselect={false} data={kinds.map(({ id: value }) => ({ value, label: value }))} renderOption={({ option }) => <Option name={option.value} about={about(option.value)} />} {...draft.field("hook")} />
      {now.hook === "object" && (
        <Pair>
          <Select label={t("objectType")} placeholder={t("any")} clearable data={OBJECTS} {...draft.field("custom_data.type")} />
          <Select label={t("objectAction")} placeholder={t("any")} clearable data={ACTIONS.map((value) => ({ value, label: t(`action.${value}`) }))} {...draft.field("custom_data.action")} />
        </Pair>
      )}
      <TextInput label={t("uri")} description={t("uriHelp")} inputMode="url" spellCheck={false} {...draft.field("uri")} />
      <Pair>
        <Select label={t("verb")} allowDeselect={false} data={(["post", "put", "get"] as const).map((value) => ({ value, label: value.toUpperCase() }))} {...draft.field("http_verb")} />
        <Select label={t("format")} allowDeselect={false} disabled={now.http_verb === "get"} data={[{ value: "json", label: "JSON" }, { value: "form-data", label: t("formData") }]} {...draft.field("format")} />
      </Pair>
      <NumberInput label={t("retries")} description={t("retriesHelp")} min={0} max={8} allowDecimal={false} value={now.retries ?? 2} onChange={(value) => draft.set("retries", value === "" ? undefined : Number(value))} error={draft.errors.retries} />
      {id && (
        <div className={classes.secret}>
          <PasswordInput label={t("secret")} description={t("secretHelp")} autoComplete="off" {...draft.field("secret")} />
          <CopyButton value={now.secret ?? ""}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? t("ui:copied") : t("ui:copy")}>
                <ActionIcon variant="default" size={36} onClick={copy} aria-label={t("secretCopy")}>
                  {copied ? <IconCheck size={16} stroke={1.8} /> : <IconCopy size={16} stroke={1.6} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </div>
      )}
      <Setting label={t("enabled")} help={t("enabledHelp")} {...draft.toggle("enabled", true)} />
      <Setting label={t("subaccounts")} help={t("subaccountsHelp")} {...draft.toggle("include_subaccounts")} />
      {(now.hook.startsWith("channel_") || now.hook === "all") && <Setting label={t("internal")} help={t("internalHelp")} {...draft.toggle("include_internal_legs", true)} />}
      {sample && (
        <details className={classes.sample}>
          <summary>{t("sample")}</summary>
          <Code block>{JSON.stringify(sample, null, 2)}</Code>
        </details>
      )}
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {id ? (
        <>
          <Removal>
            <Section
              title={t("remove")}
              help={t("removeHelp")}
              action={
                <DeleteButton account={account} title={t("removeTitle", { name: hook.name })} run={() => removeDoc(account, "webhooks", id)} done={t("removed", { name: hook.name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), hook: t("event"), custom_data: t("objectType"), uri: t("uri"), http_verb: t("verb"), format: t("format"), retries: t("retries"), secret: t("secret"), enabled: t("enabled"), include_subaccounts: t("subaccounts"), include_internal_legs: t("internal") }}
            validate={validate}
            apply={async (from, to) => {
              await patchDoc(account, "webhooks", id, mergePatch(from, to));
            }}
            effect={t("saved")}
          />
        </>
      ) : (
        <div className={form.buttons}>
          <Button loading={busy} onClick={() => void create()}>
            {t("add")}
          </Button>
        </div>
      )}
    </Form>
  );
}

function Option({ name, about }: { name: string; about: string }) {
  return (
    <span>
      {name}
      <span className={classes.kind}>{about}</span>
    </span>
  );
}
