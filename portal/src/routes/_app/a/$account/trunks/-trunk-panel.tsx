/** One trunk, as a form or as its JSON: both write the same draft, both say what is wrong with it. */
import { Button, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, type Identified, Problem, removeDoc, replaceDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { DeleteButton } from "@/ui/form/delete-button";
import classes from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Editable, Removal } from "@/ui/may";

import { JsonEditor } from "./-json-editor";
import { type Trunk, wrongIn } from "./-trunk";
import { TrunkForm } from "./-trunk-form";
import { TrunkWatch } from "./-trunk-watch";

interface Props {
  account: string;
  /** Empty: a new one. */
  id: string;
  trunk: Trunk;
  onMade: (id: string) => void;
  onGone: () => void;
}

/** The document without what the server adds. */
function own(trunk: Trunk): Trunk {
  const { id: _id, _read_only: _computed, metadata: _names, ...document } = trunk;
  return document as Trunk;
}

export function TrunkPanel({ account, id, trunk, onMade, onGone }: Props) {
  const { t } = useTranslation(["trunks", "ui"]);
  const client = useQueryClient();
  const draft = useDraft<{ trunk: Trunk }>({ trunk: own(trunk) });
  const [view, setView] = useState<"form" | "json" | "watch">("form");
  const [broken, setBroken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const validate = ({ trunk: now }: { trunk: Trunk }) => Object.fromEntries(Object.entries(wrongIn(now)).map(([path, why]) => [`trunk.${path}`, t(why === "required" ? "ui:required" : "notPattern")]));
  const fieldErrors = (error: unknown) => (error instanceof Problem ? Object.fromEntries(Object.entries(error.fields).map(([path, text]) => [`trunk.${path}`, text])) : {});
  const create = async () => {
    const wrong = validate(draft.value);
    draft.setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createDoc<Identified>(account, "resources", draft.value.trunk);
      draft.adopt(draft.value);
      await client.invalidateQueries({ queryKey: ["account", account, "resources"] });
      tellDone(t("created", { name: draft.value.trunk.name }));
      onMade(made.id);
    } catch (error) {
      const fields = fieldErrors(error);
      draft.setErrors(fields);
      setFailure([t(`ui:${explanation(error)}`), ...Object.entries(fields).map(([path, text]) => `${path.replace(/^trunk\./, "")}: ${text}`)].join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={trunk.name || t("new")} open>
      <SegmentedControl
        aria-label={t("view.label")}
        value={view}
        // A JSON text that is none has to be mended where it is.
        onChange={(value) => !broken && setView(value as typeof view)}
        data={[
          { value: "form", label: t("view.form") },
          { value: "json", label: t("view.json") },
          ...(id ? [{ value: "watch", label: t("view.watch") }] : []),
        ]}
      />
      {view !== "watch" && (
        <Editable>
          {view === "form" && <TrunkForm account={account} draft={draft} />}
          {view === "json" && <JsonEditor draft={draft} onBroken={setBroken} />}
        </Editable>
      )}
      {view === "watch" && <TrunkWatch account={account} id={id} />}
      {failure && (
        <p className={classes.failure} role="alert">
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
                <DeleteButton account={account} title={t("removeTitle", { name: trunk.name })} run={() => removeDoc(account, "resources", id)} done={t("removed", { name: trunk.name })} onGone={onGone}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ trunk: t("one") }}
            validate={(value) => (broken ? { trunk: t("json.broken") } : validate(value))}
            apply={async (_from, to) => {
              try {
                await replaceDoc<Identified>(account, "resources", id, to.trunk);
              } catch (error) {
                if (error instanceof Problem) throw new Problem(error.status, error.code, fieldErrors(error), error.requestId, error.data);
                throw error;
              }
            }}
            effect={t("saved")}
          />
        </>
      ) : (
        <div className={classes.buttons}>
          <Button loading={busy} disabled={broken} onClick={() => void create()}>
            {t("create")}
          </Button>
        </div>
      )}
    </Form>
  );
}
