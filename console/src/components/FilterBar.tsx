import { SearchOutlined } from "@ant-design/icons";
import { Button, Input, Select, type InputRef } from "antd";
import { useState, type ReactNode, type Ref } from "react";
import { useText } from "../i18n/text";
import css from "./FilterBar.module.css";

/** The line of filters above a list. */
export function FilterBar({ children, onClear }: { children: ReactNode; onClear?: (() => void) | undefined }) {
  const t = useText().common;
  return (
    <div className={css.bar} role="search">
      {children}
      {onClear && (
        <Button type="link" size="small" onClick={onClear}>
          {t.clear}
        </Button>
      )}
    </div>
  );
}

interface TextProps {
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
  width?: number;
  plain?: boolean;
  inputRef?: Ref<InputRef>;
}

/** Text that filters when Enter is pressed or the field is left, not at every letter. */
export function TextFilter({ value, placeholder, onChange, width = 240, plain = false, inputRef }: TextProps) {
  const [typed, setTyped] = useState(value);
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    // The URL changed from outside: a cleared filter, the back button.
    setApplied(value);
    setTyped(value);
  }
  const apply = (text: string) => {
    if (text !== value) onChange(text);
  };
  return (
    <Input
      allowClear
      ref={inputRef ?? null}
      prefix={plain ? undefined : <SearchOutlined className="muted" />}
      style={{ width }}
      value={typed}
      placeholder={placeholder}
      aria-label={placeholder}
      onChange={(event) => {
        setTyped(event.target.value);
        if (event.target.value === "") apply("");
      }}
      onPressEnter={() => apply(typed.trim())}
      onBlur={() => apply(typed.trim())}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}

interface ManyProps<T extends string> {
  label: string;
  value: T[];
  options: { value: T; label: string }[];
  onChange: (value: T[]) => void;
  width?: number;
}

/** Any number of values of a closed set. */
export function ManyFilter<T extends string>({ label, value, options, onChange, width = 132 }: ManyProps<T>) {
  return (
    <Select<T[]>
      mode="multiple"
      allowClear
      style={{ minWidth: width }}
      maxTagCount={1}
      popupMatchSelectWidth={false}
      placeholder={label}
      aria-label={label}
      value={value}
      options={options}
      onChange={onChange}
      showSearch={{ optionFilterProp: "label" }}
    />
  );
}

interface OneProps {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
  width?: number;
}

/** One value of a set, or none. */
export function OneFilter({ label, value, options, onChange, width = 132 }: OneProps) {
  return (
    <Select<string>
      allowClear
      style={{ minWidth: width }}
      popupMatchSelectWidth={false}
      placeholder={label}
      aria-label={label}
      value={value || null}
      options={options}
      onChange={(next: string | undefined) => onChange(next ?? "")}
      showSearch={{ optionFilterProp: "label" }}
    />
  );
}

/** The words of a vocabulary as options. */
export function optionsOf(table: Readonly<Record<string, string>>): { value: string; label: string }[] {
  return Object.entries(table).map(([value, label]) => ({ value, label }));
}
