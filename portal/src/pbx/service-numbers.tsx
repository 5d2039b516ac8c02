/** The card of a service's numbers: which numbers reach it, spare ones to add, what callers hear first; saved in place. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callflowsQuery, docQuery } from "@/api";
import { SaveBar } from "@/ui/form/save-bar";
import { Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { LookOnly, useMay } from "@/ui/may";
import page from "@/ui/page.module.css";

import { Greeting } from "./greeting";
import { saveService, serviceFlow, serviceForm } from "./main-service";
import type { Callflow } from "./nodes";
import { NumberField } from "./number-field";
import classes from "./pbx.module.css";

interface Props {
  account: string;
  service: Parameters<typeof saveService>[1];
  title: string;
  help: string;
  empty: string;
  effect: string;
  greeting: { title: string; help: string; none: string; change: string };
}

export function ServiceNumbers({ account, service, title, help, empty, effect, greeting }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const flow = useQuery(docQuery<Callflow>(account, "callflows", serviceFlow(flows, service)?.id ?? "")).data;
  const draft = useDraft(serviceForm(flow, service));
  const [changing, setChanging] = useState(false);
  if (!may("callflows.read")) return null;
  return (
    <div className={`${page.card} ${classes.serviceCard}`}>
      <LookOnly may={may("callflows.update")}>
      <Section level={2} title={title} help={help}>
        <NumberField account={account} value={draft.value.numbers} base={draft.base.numbers} onChange={(numbers) => draft.set("numbers", numbers)} empty={empty} />
      </Section>
      <Section
        title={greeting.title}
        help={draft.value.greeting ? greeting.help : greeting.none}
        action={
          <Button variant="default" size="compact-md" aria-expanded={changing} onClick={() => setChanging(!changing)}>
            {changing ? t("close") : greeting.change}
          </Button>
        }
      >
        {changing && <Greeting account={account} value={draft.value.greeting} onChange={(media) => draft.set("greeting", media)} fallback={greeting.none} name={title} />}
      </Section>
      </LookOnly>
      <SaveBar account={account} draft={draft} labels={{ numbers: title, greeting: greeting.title }} apply={(_from, to) => saveService(account, service, to)} effect={effect} />
    </div>
  );
}
