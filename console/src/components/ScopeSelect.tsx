import { Select } from "antd";
import type { Place } from "../api/scope";
import type { ScopeMember } from "../api/types";

export const scopeKey = (member: ScopeMember) => `${member.connection}/${member.account}/${member.instance}`;

interface Props {
  value?: ScopeMember[];
  onChange?: (scope: ScopeMember[]) => void;
  places: Place[];
  loading?: boolean;
  id?: string;
  label: string;
}

/** The instances something happens in. */
export function ScopeSelect({ value = [], onChange, places, loading = false, id, label }: Props) {
  const byKey = new Map(places.map((place) => [scopeKey(place.member), place]));
  for (const member of value) {
    if (!byKey.has(scopeKey(member))) byKey.set(scopeKey(member), { member, label: member.instance });
  }
  return (
    <Select<string[]>
      mode="multiple"
      {...(id && { id })}
      maxTagCount={2}
      style={{ width: "100%", minWidth: 180 }}
      loading={loading}
      aria-label={label}
      placeholder={label}
      value={value.map(scopeKey)}
      options={[...byKey].map(([key, place]) => ({ value: key, label: place.label }))}
      onChange={(keys) =>
        onChange?.(
          keys.flatMap((key) => {
            const place = byKey.get(key);
            return place ? [place.member] : [];
          }),
        )
      }
    />
  );
}
