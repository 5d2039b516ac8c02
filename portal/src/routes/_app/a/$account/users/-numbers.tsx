/** A user's extensions and direct numbers. */
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callflowsQuery, type UserDoc, voicemailBoxesQuery } from "@/api";
import { NumberField } from "@/pbx/number-field";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";

import { saveUserNumbers, type UserNumbers } from "./-change-user";
import { isExtension, nextExtension, takenExtensions } from "./-extension";
import classes from "./-panel.module.css";
import type { Person } from "./-rows";

interface Props {
  account: string;
  person: Person;
  user: UserDoc;
}

export function Numbers({ account, person, user }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const flows = useQuery(callflowsQuery(account)).data ?? [];
  const boxes = useQuery(voicemailBoxesQuery(account)).data ?? [];
  const all = person.flow?.numbers ?? [];
  const draft = useDraft<UserNumbers>({ extensions: all.filter((number) => !number.startsWith("+")), numbers: person.numbers });
  const { extensions, numbers } = draft.value;
  const taken = takenExtensions(flows, boxes);
  const next = nextExtension(new Set([...taken, ...extensions]));
  const setAt = (index: number, value: string) => draft.set("extensions", extensions.map((old, at) => (at === index ? value.trim() : old)));

  return (
    <Form label={t("tab.numbers")}>
      <Section title={t("numbers.extensions")} help={t("numbers.extensionsHelp")}>
        {extensions.map((extension, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- an extension being typed has no identity but its place
          <div key={index} className={classes.extension}>
            <TextInput
              aria-label={t("extension")}
              inputMode="numeric"
              value={extension}
              onChange={(event) => setAt(index, event.currentTarget.value)}
              error={draft.errors[`extensions.${index}`] ?? (index === 0 ? draft.errors.numbers : undefined)}
              description={!person.flow && index === 0 ? t("edit.noFlow") : undefined}
            />
            <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("numbers.remove", { extension })} onClick={() => draft.set("extensions", extensions.filter((_, at) => at !== index))}>
              <IconX size={16} stroke={1.6} />
            </ActionIcon>
          </div>
        ))}
        <div className={classes.sectionHead}>
          <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => draft.set("extensions", [...extensions, next])}>
            {t("numbers.add")}
          </Button>
          <span className={classes.progress}>{t("numbers.next", { extension: next })}</span>
        </div>
      </Section>
      <Section title={t("numbers.direct")} help={t("numbers.directHelp")}>
        <NumberField account={account} value={numbers} base={draft.base.numbers} onChange={(chosen) => draft.set("numbers", chosen)} empty={t("numbers.none")} />
      </Section>
      <SaveBar
        account={account}
        draft={draft}
        labels={{ extensions: t("numbers.extensions"), numbers: t("numbers.direct") }}
        validate={(value) =>
          Object.fromEntries(
            value.extensions.flatMap((extension, index) => {
              if (!isExtension(extension)) return [[`extensions.${index}`, t("extensionWrong")]];
              const mine = draft.base.extensions.includes(extension);
              return value.extensions.indexOf(extension) !== index || (!mine && taken.has(extension)) ? [[`extensions.${index}`, t("extensionTaken", { extension })]] : [];
            }),
          )
        }
        apply={(from, to) => saveUserNumbers(account, user, person, from, to)}
        undoable={person.flow !== undefined}
        effect={t("numbers.saved")}
      />
    </Form>
  );
}
