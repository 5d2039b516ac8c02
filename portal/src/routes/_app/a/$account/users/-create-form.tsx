/** The form for a new user: defaults that work, the next free extension filled in, errors on the field they belong to. */
import { Button, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { callflowsQuery, explanation, Problem, voicemailBoxesQuery } from "@/api";
import { useSpareNumbers } from "@/pbx/number-field";
import { tellDone } from "@/ui/done";
import { Setting } from "@/ui/form/setting";
import { readable } from "@/ui/phone-number";

import { CreateFailed, type Created, createUser, formErrors, type NewUser, type Step } from "./-create-user";
import { isExtension, nextExtension, takenExtensions } from "./-extension";
import classes from "./-panel.module.css";

interface Props {
  account: string;
  onCreated: (created: Created) => void;
}

export function CreateForm({ account, onCreated }: Props) {
  const { t } = useTranslation(["users", "ui"]);
  const client = useQueryClient();
  const flows = useQuery(callflowsQuery(account)).data;
  const boxes = useQuery(voicemailBoxesQuery(account)).data;
  const spare = useSpareNumbers(account, []);
  const [step, setStep] = useState<Step | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const required = (value: string) => (value.trim() ? null : t("required"));
  const form = useForm<NewUser>({
    initialValues: { firstName: "", lastName: "", email: "", extension: "", number: "", role: "user", deviceName: t("new.deskPhone"), deviceType: "sip_device", invite: true },
    validate: {
      firstName: required,
      lastName: required,
      email: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("emailWrong")),
      extension: (value) => (isExtension(value.trim()) ? null : t("extensionWrong")),
    },
  });
  const { setFieldValue, isTouched } = form;
  useEffect(() => {
    if (flows && boxes && !isTouched("extension")) setFieldValue("extension", nextExtension(takenExtensions(flows, boxes)));
  }, [flows, boxes, setFieldValue, isTouched]);

  const submit = form.onSubmit(async (values) => {
    setFailure(null);
    const trimmed = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? value.trim() : value])) as unknown as NewUser;
    try {
      const created = await createUser(account, trimmed, setStep);
      await client.invalidateQueries({ queryKey: ["account", account] });
      tellDone(t("new.done", { name: `${trimmed.firstName} ${trimmed.lastName}`, extension: created.extension }));
      onCreated(created);
    } catch (error) {
      if (!(error instanceof CreateFailed)) throw error;
      const fields = formErrors(error.cause);
      if (error.cause instanceof Problem && error.cause.code === "taken") fields.extension = t("extensionTaken", { extension: trimmed.extension });
      form.setErrors(fields);
      const why = t(`ui:${explanation(error.cause)}`);
      setFailure([t("new.failed", { step: t(`step.${error.step}`) }), why, error.leftovers.length ? t("new.leftovers", { list: error.leftovers.join(", ") }) : t("new.undone")].join(" "));
    } finally {
      setStep(null);
    }
  });

  return (
    <form className={classes.form} onSubmit={submit} noValidate aria-label={t("new.title")}>
      {failure && (
        <p className={classes.failure} role="alert">
          {failure}
        </p>
      )}
      <div className={classes.pair}>
        <TextInput label={t("firstName")} autoComplete="off" data-autofocus {...form.getInputProps("firstName")} />
        <TextInput label={t("lastName")} autoComplete="off" {...form.getInputProps("lastName")} />
      </div>
      <TextInput label={t("email")} description={t("new.emailHelp")} type="email" autoComplete="off" {...form.getInputProps("email")} />
      <div className={classes.pair}>
        <TextInput label={t("extension")} description={t("new.extensionHelp")} inputMode="numeric" autoComplete="off" {...form.getInputProps("extension")} />
        <Select label={t("column.role")} description={t("new.roleHelp")} allowDeselect={false} data={(["user", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))} {...form.getInputProps("role")} />
      </div>
      {spare.length > 0 && (
        <Select
          label={t("new.number")}
          description={t("new.numberHelp")}
          placeholder={t("ui:none")}
          clearable
          searchable
          data={spare.map((number) => ({ value: number, label: readable(number) }))}
          value={form.values.number || null}
          onChange={(number) => form.setFieldValue("number", number ?? "")}
        />
      )}
      <div className={classes.pair}>
        <TextInput label={t("new.device")} description={t("new.deviceHelp")} autoComplete="off" {...form.getInputProps("deviceName")} />
        <Select label={t("new.deviceType")} description={t("new.deviceTypeHelp")} allowDeselect={false} data={(["sip_device", "softphone"] as const).map((value) => ({ value, label: t(`deviceType.${value}`) }))} {...form.getInputProps("deviceType")} />
      </div>
      <Setting label={t("new.invite")} help={t(form.values.invite ? "new.inviteHelp" : "new.noInviteHelp")} checked={form.values.invite} onChange={(event) => form.setFieldValue("invite", event.currentTarget.checked)} />
      <div className={classes.bar}>
        <span className={classes.progress} aria-live="polite">
          {step && t("new.making", { step: t(`step.${step}`) })}
        </span>
        <Button type="submit" loading={step !== null}>
          {t("new.create")}
        </Button>
      </div>
    </form>
  );
}
