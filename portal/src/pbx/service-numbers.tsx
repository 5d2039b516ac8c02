/** The card of a service's numbers: which numbers reach it, spare ones to add, saved in place. */
import { useQuery } from "@tanstack/react-query";

import { callflowsQuery } from "@/api";
import { SaveBar } from "@/ui/form/save-bar";
import { Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";

import { saveService, serviceFlow, serviceNumbers } from "./main-service";
import { NumberField } from "./number-field";
import classes from "./pbx.module.css";

interface Props {
  account: string;
  service: Parameters<typeof saveService>[1];
  title: string;
  help: string;
  empty: string;
  effect: string;
}

export function ServiceNumbers({ account, service, title, help, empty, effect }: Props) {
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const draft = useDraft({ numbers: serviceNumbers(serviceFlow(flows, service), service) });
  return (
    <div className={`${page.card} ${classes.serviceCard}`}>
      <Section level={2} title={title} help={help}>
        <NumberField account={account} value={draft.value.numbers} base={draft.base.numbers} onChange={(numbers) => draft.set("numbers", numbers)} empty={empty} />
        <SaveBar account={account} draft={draft} labels={{ numbers: title }} apply={(_from, to) => saveService(account, service, to.numbers)} effect={effect} />
      </Section>
    </div>
  );
}
