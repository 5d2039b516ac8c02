/** The question itself: what the change costs each account that one may see the price of, a month and today. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import form from "./form/form.module.css";
import { Invoices } from "./invoices";
import { Dialog } from "./side-panel";

export interface Question {
  charges: unknown;
  answer: (yes: boolean) => void;
}

export function ChargesDialog({ question: { charges, answer } }: { question: Question }) {
  const { t } = useTranslation("ui");
  return (
    <Dialog opened onClose={() => answer(false)} title={t("charges.title")} size={520} closeOnClickOutside={false}>
      <Invoices charges={charges} />
      <div className={form.buttons}>
        <Button variant="default" onClick={() => answer(false)}>
          {t("charges.refuse")}
        </Button>
        <Button onClick={() => answer(true)} data-autofocus>
          {t("charges.accept")}
        </Button>
      </div>
    </Dialog>
  );
}
