/** An existing user: what can be changed, its phones, and a save bar that says what changed and takes it back. */
import { Button, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, type UserDoc } from "@/api";
import { tellDone } from "@/ui/done";
import { tellFailure } from "@/ui/failed";

import { BulkDelete } from "./-bulk-delete";
import { changedFields, changeUser, type UserForm } from "./-change-user";
import { formErrors } from "./-create-user";
import { Devices } from "./-devices";
import { isExtension } from "./-extension";
import classes from "./-panel.module.css";
import type { Person } from "./-rows";

interface Props {
  account: string;
  user: UserDoc;
  person: Person;
  onGone: () => void;
  onSecret: (device: { name: string; username: string; password: string }) => void;
}

export function EditForm({ account, user, person, onGone, onSecret }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const before: UserForm = {
    firstName: user.first_name,
    lastName: user.last_name,
    email: user.email ?? "",
    role: user.priv_level ?? "user",
    extension: person.extension,
  };
  const required = (value: string) => (value.trim() ? null : t("required"));
  const form = useForm<UserForm>({
    initialValues: before,
    validate: {
      firstName: required,
      lastName: required,
      email: (value) => (!value || /^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("emailWrong")),
      extension: (value) => (value === before.extension || isExtension(value.trim()) ? null : t("extensionWrong")),
    },
  });
  const changed = changedFields(before, form.values);

  const apply = async (from: UserForm, to: UserForm) => {
    const flow = person.flow && { ...person.flow, numbers: person.flow.numbers.map((number) => (number === before.extension ? from.extension : number)) };
    const box = person.box && { ...person.box, mailbox: from.extension };
    await changeUser(account, user, { flow, box }, from, to);
    await client.invalidateQueries({ queryKey: ["account", account] });
  };
  // Taking back a first extension would have to delete what was made for it; only changes of values can be undone.
  const undoable = person.flow !== undefined;
  const takeBack = (saved: UserForm) => {
    apply(saved, before).then(() => form.setValues(before), tellFailure);
  };
  const submit = form.onSubmit(async (values) => {
    setSaving(true);
    setFailure(null);
    try {
      await apply(before, values);
      tellDone(t(changed.includes("extension") ? "edit.savedExtension" : "edit.saved", { extension: values.extension }), undoable ? () => takeBack(values) : undefined);
    } catch (error) {
      form.setErrors(formErrors(error));
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setSaving(false);
    }
  });

  return (
    <div className={classes.form}>
      <form className={classes.form} onSubmit={submit} noValidate aria-label={person.name}>
        {failure && (
          <p className={classes.failure} role="alert">
            {failure}
          </p>
        )}
        <div className={classes.pair}>
          <TextInput label={t("firstName")} autoComplete="off" {...form.getInputProps("firstName")} />
          <TextInput label={t("lastName")} autoComplete="off" {...form.getInputProps("lastName")} />
        </div>
        <TextInput label={t("email")} type="email" autoComplete="off" {...form.getInputProps("email")} />
        <div className={classes.pair}>
          <TextInput label={t("extension")} inputMode="numeric" autoComplete="off" description={person.flow ? undefined : t("edit.noFlow")} {...form.getInputProps("extension")} />
          <Select label={t("column.role")} allowDeselect={false} data={(["user", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))} {...form.getInputProps("role")} />
        </div>
        {changed.length > 0 && (
          <div className={classes.bar} data-sticky>
            <span className={classes.progress} aria-live="polite">
              {t("edit.changed", { list: changed.map((field) => t(field === "role" ? "column.role" : field)).join(", ") })}
            </span>
            <Button variant="default" onClick={() => form.setValues(before)}>
              {t("ui:undo")}
            </Button>
            <Button type="submit" loading={saving}>
              {t("ui:save")}
            </Button>
          </div>
        )}
      </form>
      <Devices account={account} person={person} onSecret={onSecret} />
      <section className={classes.section}>
        <h3 className={classes.heading}>{t("edit.remove")}</h3>
        <p className={classes.help}>{t("edit.removeHelp")}</p>
        <BulkDelete account={account} people={[person]} onDone={onGone} />
      </section>
    </div>
  );
}
