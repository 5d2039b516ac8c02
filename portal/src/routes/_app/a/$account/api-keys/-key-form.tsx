/** An API key: what it is for, what it may do, from where and until when. */
import { Button, TagsInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import { DeleteButton } from "@/ui/form/delete-button";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import { changeKey, dayOf, endKey, endOf, type Key, keysQuery, makeKey, type NewKey } from "./-key";
import { ScopeFields } from "./-scope-fields";
import { presetOf, wrongScopes } from "./-scopes";

interface Draft {
  name: string;
  scopes: string[];
  cidrs: string[];
  day: string;
  enabled: boolean;
}

export const BLANK: NewKey = { name: "", scopes: ["*:read"], cidrs: [], expires: null, enabled: true };

interface Props {
  account: string;
  /** Undefined: a new one. */
  made?: Key;
  onMade: (key: { name: string; secret: string }) => void;
  onGone: () => void;
}

export function KeyForm({ account, made, onMade, onGone }: Props) {
  const { t } = useTranslation(["api-keys", "ui"]);
  const client = useQueryClient();
  const { name, scopes, cidrs, expires, enabled } = made ?? BLANK;
  const draft = useDraft<Draft>({ name, scopes, cidrs, day: dayOf(expires), enabled });
  const [chosen, setChosen] = useState(presetOf(scopes) === "chosen");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  // An end that was set to the second stays so while its day is not changed.
  const body = ({ day, ...rest }: Draft): NewKey => ({ ...rest, name: rest.name.trim(), expires: day === dayOf(expires) ? expires : endOf(day) });
  const validate = (value: Draft): Record<string, string> => {
    const wrong = wrongScopes(value.scopes);
    return {
      ...(value.name.trim() ? {} : { name: t("ui:required") }),
      ...(value.scopes.length === 0 ? { scopes: t("scopes.missing") } : wrong.length ? { scopes: t("scopes.wrong", { list: wrong.join(", ") }) } : {}),
    };
  };
  /** The server's fields in the draft's: `scopes.0` is told at the scopes. */
  const told = (error: Problem) => Object.fromEntries(Object.entries(error.fields).map(([path, text]) => [path.startsWith("expires") ? "day" : (path.split(".")[0] ?? path), text]));
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const key = await makeKey(account, body(draft.value));
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: keysQuery(account).queryKey });
      onMade({ name: key.name, secret: key.api_key });
    } catch (error) {
      if (error instanceof Problem) draft.setErrors(told(error));
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={made?.name ?? t("new")}>
      <TextInput label={t("name")} description={t("nameHelp")} maxLength={64} data-autofocus {...draft.field("name")} />
      <Section title={t("scopes.title")}>
        <ScopeFields scopes={draft.value.scopes} chosen={chosen} onChosen={setChosen} onChange={(value) => draft.set("scopes", value)} error={draft.errors.scopes} />
      </Section>
      <Section title={t("limits")}>
        <TagsInput label={t("cidrs")} description={t("cidrsHelp")} placeholder={draft.value.cidrs.length ? undefined : "203.0.113.0/24"} value={draft.value.cidrs} onChange={(value) => draft.set("cidrs", value)} error={draft.errors.cidrs} />
        <TextInput type="date" label={t("expires")} description={t("expiresHelp")} {...draft.field("day")} />
        {made && <Setting label={t("enabled")} help={t("enabledHelp")} {...draft.toggle("enabled", true)} />}
      </Section>
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      {made ? (
        <>
          <Section
            title={t("revoke")}
            help={t("revokeHelp")}
            action={
              <DeleteButton account={account} title={t("revokeTitle", { name: made.name })} run={() => endKey(account, made.id)} done={t("revoked", { name: made.name })} onGone={onGone}>
                {t("revokeHelp")}
              </DeleteButton>
            }
          />
          <SaveBar
            account={account}
            draft={draft}
            labels={{ name: t("name"), scopes: t("scopes.title"), cidrs: t("cidrs"), day: t("expires"), enabled: t("enabled") }}
            validate={validate}
            apply={async (_from, to) => {
              try {
                await changeKey(account, made.id, body(to));
              } catch (error) {
                if (error instanceof Problem) throw new Problem(error.status, error.code, told(error), error.requestId, error.data);
                throw error;
              }
            }}
            effect={t("saved")}
          />
        </>
      ) : (
        <div className={form.buttons}>
          <Button loading={busy} onClick={() => void create()}>
            {t("make")}
          </Button>
        </div>
      )}
    </Form>
  );
}
