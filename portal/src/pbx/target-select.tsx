/** Chooses where a call goes next. A target that another client wrote and that is not offered here stays selectable by its name. */
import { Select } from "@mantine/core";

import type { Target } from "./nodes";
import type { Targets } from "./use-targets";

interface Props {
  targets: Targets;
  label: string;
  hideLabel?: boolean;
  description?: string;
  value: Target | undefined;
  onChange: (target: Target | undefined) => void;
  placeholder?: string;
  clearable?: boolean;
  error?: string;
}

export function TargetSelect({ targets, label, hideLabel, description, value, onChange, placeholder, clearable, error }: Props) {
  const offered = !value || targets.data.some(({ items }) => items.some((item) => item.value === value));
  const data = offered ? targets.data : [{ group: "…", items: [{ value, label: targets.nameOf(value) }] }, ...targets.data];
  return (
    <Select
      label={hideLabel ? undefined : label}
      aria-label={hideLabel ? label : undefined}
      description={description}
      data={data}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      placeholder={placeholder}
      searchable
      clearable={clearable}
      allowDeselect={false}
      error={error}
      maxDropdownHeight={320}
      w="100%"
    />
  );
}
