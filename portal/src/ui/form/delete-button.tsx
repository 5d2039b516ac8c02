/** Deletes one document after saying what goes with it. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { tellDone } from "../done";
import { tellFailure } from "../failed";
import { Dialog } from "../side-panel";
import { useMayChange } from "../may";
import classes from "./form.module.css";

interface Props {
  account: string;
  /** "Delete the group Sales?" */
  title: string;
  /** What it means for calls. */
  children: ReactNode;
  run: () => Promise<void>;
  done: string;
  onGone: () => void;
}

export function DeleteButton({ account, title, children, run, done, onGone }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const may = useMayChange().delete;
  const go = async () => {
    setBusy(true);
    try {
      await run();
      onGone();
      tellDone(done);
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
      setAsking(false);
      await client.invalidateQueries({ queryKey: ["account", account] });
    }
  };
  if (!may) return null;
  return (
    <>
      <Button variant="default" className={classes.danger} onClick={() => setAsking(true)}>
        {t("delete")}
      </Button>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={title}>
        <p>{children}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            {t("cancel")}
          </Button>
          <Button color="red" loading={busy} onClick={() => void go()}>
            {t("delete")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
