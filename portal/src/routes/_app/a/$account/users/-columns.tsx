/** The columns of the users list. */
import type { TFunction } from "i18next";

import type { Column } from "@/ui/list/columns";
import { readable } from "@/ui/phone-number";
import { StateDot, type Tone } from "@/ui/state-dot";

import type { Person, PhoneState } from "./-rows";

const TONES: Record<PhoneState, Tone> = { online: "good", offline: "warn", none: "off" };

/** Columns with their titles in the chosen language. */
export function personColumns(t: TFunction<["users", "ui"]>): Column<Person>[] {
  return [
    { id: "name", title: t("column.name"), cell: (row) => row.name, value: (row) => row.name, width: "18%", phone: "46%" },
    { id: "extension", title: t("column.extension"), cell: (row) => row.extension || "–", value: (row) => row.extension, width: "104px", phone: "22%" },
    {
      id: "phone",
      title: t("column.phone"),
      cell: (row) => <StateDot tone={TONES[row.phone]}>{t(`phone.${row.phone}`)}</StateDot>,
      value: (row) => t(`phone.${row.phone}`),
      width: "120px",
    },
    { id: "devices", title: t("column.devices"), cell: (row) => row.devices.length || "–", value: (row) => row.devices.length, width: "88px", numeric: true, wide: true },
    { id: "numbers", title: t("column.numbers"), cell: (row) => row.numbers.map(readable).join(", ") || "–", value: (row) => row.numbers.join(" "), wide: true, width: "176px" },
    { id: "messages", title: t("column.messages"), cell: (row) => row.newMessages || "–", value: (row) => row.newMessages, width: "104px", numeric: true, wide: true },
    { id: "role", title: t("column.role"), cell: (row) => t(`role.${row.role}`), value: (row) => t(`role.${row.role}`), width: "120px", wide: true },
    { id: "email", title: t("column.email"), cell: (row) => row.user.email ?? "–", value: (row) => row.user.email ?? "", wide: true },
  ];
}
