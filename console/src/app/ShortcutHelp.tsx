import { Modal } from "antd";
import { Fragment } from "react";
import { useText } from "../i18n/text";
import css from "./ShortcutHelp.module.css";

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const t = useText().keys;
  const everywhere: [string[], string][] = [
    [["Ctrl", "K"], t.palette],
    [["g", "e"], t.goEvents],
    [["g", "a"], t.goAlerts],
    [["g", "n"], t.goEntities],
    [["g", "r"], t.goRules],
    [["g", "d"], t.goDisposal],
    [["g", "l"], t.goSources],
    [["g", "t"], t.goIntel],
    [["g", "o"], t.goOverview],
    [["?"], t.help],
  ];
  const list: [string[], string][] = [
    [["j", "k"], t.move],
    [["x"], t.select],
    [["Enter", "o"], t.open],
    [["Space"], t.preview],
    [["s"], t.status],
    [["a"], t.assign],
    [["m"], t.merge],
    [["/"], t.filter],
    [["r"], t.reload],
    [["Esc"], t.clear],
  ];
  const rules: [string[], string][] = [
    [["j", "k"], t.move],
    [["x"], t.select],
    [["Enter", "o"], t.open],
    [["e"], t.enable],
    [["d"], t.disable],
    [["t"], t.tryOut],
    [["Del"], t.deleteRules],
    [["Esc"], t.clear],
  ];
  const entities: [string[], string][] = [
    [["j", "k"], t.move],
    [["x"], t.select],
    [["Enter", "o"], t.open],
    [["m"], t.tagMalicious],
    [["u"], t.tagRemove],
    [["/"], t.filter],
    [["Esc"], t.clear],
  ];
  return (
    <Modal open title={t.title} footer={null} onCancel={onClose} width={860}>
      <div className={css.columns}>
        <Keys title={t.everywhere} keys={everywhere} />
        <Keys title={t.list} keys={list} />
        <Keys title={t.rules} keys={rules} />
        <Keys title={t.entities} keys={entities} />
      </div>
    </Modal>
  );
}

function Keys({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <section>
      <h3 className={css.heading}>{title}</h3>
      <dl className={css.keys}>
        {keys.map(([names, what]) => (
          <Fragment key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
