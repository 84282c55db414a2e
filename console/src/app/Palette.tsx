import { SearchOutlined } from "@ant-design/icons";
import { Input, Modal } from "antd";
import { useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { useText } from "../i18n/text";
import { to } from "./paths";
import css from "./Palette.module.css";

interface Target {
  label: string;
  path: string;
}

/** Goes anywhere: pages by name, events and alerts by id, addresses by value. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useText().shell;
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const targets = useTargets(typed.trim());
  const chosen = targets[Math.min(at, targets.length - 1)];
  const go = (target: Target | undefined) => {
    if (!target) return;
    onClose();
    void navigate(target.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => Math.min(Math.max(now + step, 0), targets.length - 1));
    } else if (event.key === "Enter") go(chosen);
  };
  return (
    <Modal open footer={null} closable={false} onCancel={onClose} width={560} className={css.modal ?? ""} title={null}>
      <Input
        autoFocus
        size="large"
        variant="borderless"
        prefix={<SearchOutlined className="muted" />}
        placeholder={t.goToHint}
        aria-label={t.goTo}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className={css.list} role="listbox" aria-label={t.goTo}>
        {targets.map((target) => (
          <li key={target.path} role="option" aria-selected={target === chosen}>
            <button type="button" tabIndex={-1} className={css.target} onClick={() => go(target)}>
              {target.label}
            </button>
          </li>
        ))}
        {targets.length === 0 && <li className={css.none}>{t.nothing}</li>}
      </ul>
    </Modal>
  );
}

function useTargets(typed: string): Target[] {
  const t = useText();
  const pages: Target[] = [
    { label: t.shell.nav.events, path: to.events() },
    { label: t.shell.nav.alerts, path: to.alerts() },
    { label: t.shell.nav.entities, path: to.entities() },
    { label: t.shell.nav.rules, path: to.rules() },
    { label: t.shell.nav.disposal, path: to.disposal() },
    { label: t.shell.nav.responseRules, path: to.responseRules() },
    { label: t.responseRules.create, path: to.responseRuleNew() },
    { label: t.shell.nav.sources, path: to.sources() },
    { label: t.sources.add, path: to.sourceNew() },
    { label: t.shell.nav.intel, path: to.intel() },
    { label: t.shell.nav.whitelist, path: to.whitelist() },
    { label: t.rules.create, path: to.ruleNew() },
    { label: t.shell.nav.overview, path: to.overview() },
    { label: t.shell.nav.correlation, path: to.correlation() },
    { label: t.shell.nav.audit, path: to.audit() },
    { label: t.shell.nav.users, path: to.users() },
  ];
  if (typed === "") return pages;
  if (typed.startsWith("evt_")) return [{ label: t.shell.goToEvent(typed), path: to.event(typed) }];
  if (typed.startsWith("alt_")) return [{ label: t.shell.goToAlert(typed), path: to.alerts({ alert: typed }) }];
  const found = pages.filter((page) => page.label.toLowerCase().includes(typed.toLowerCase()));
  const isAddress = /^[0-9a-f:.]*[.:][0-9a-f:.]*(\/\d+)?$/i.test(typed);
  if (isAddress) found.push({ label: t.shell.goToBlocked(typed), path: to.disposal({ blocked: typed }) });
  found.push({ label: t.shell.goToEntities(typed), path: to.entities({ text: typed }) });
  found.push({ label: t.shell.goToEvents(typed), path: to.events({ view: "all", text: typed }) });
  return found;
}
