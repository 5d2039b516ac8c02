/** Several documents in an order that matters: the first that fits wins. */
import { ActionIcon } from "@mantine/core";
import { IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { DocumentField } from "./document-field";
import classes from "./fields.module.css";

interface Props {
  account: string;
  of: string;
  label: string;
  value: unknown;
  names: ReadonlyMap<string, string>;
  onChange: (ids: string[]) => void;
}

export function DocumentsField({ account, of, label, value, names, onChange }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const ids = Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];
  return (
    <fieldset className={classes.members}>
      <legend>{label}</legend>
      <ol>
        {ids.map((id, index) => {
          const name = names.get(id) ?? t("field.gone", { id: id.slice(0, 8) });
          return (
            <li key={id} className={classes.memberHead}>
              <span className={classes.memberName}>{name}</span>
              <ActionIcon variant="subtle" color="gray" size={28} disabled={index === 0} aria-label={t("membersField.up", { name })} onClick={() => onChange(ids.map((each, at) => (at === index - 1 ? id : at === index ? (ids[index - 1] ?? id) : each)))}>
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("membersField.remove", { name })} onClick={() => onChange(ids.filter((each) => each !== id))}>
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      <DocumentField key={ids.join()} account={account} of={of} label={t("field.another")} value="" onChange={(id) => id && !ids.includes(id) && onChange([...ids, id])} />
    </fieldset>
  );
}
