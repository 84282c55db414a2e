import { Button } from "antd";
import { useState } from "react";
import { useEntityEvents } from "../../api/entities";
import { useRecommendations } from "../../api/events";
import { useMay } from "../../api/session";
import type { EntityRef } from "../../api/types";
import { useText } from "../../i18n/text";
import { RespondDialog, type Choice } from "../event/RespondDialog";

/** Runs a playbook on the entity, as the event that named it last recommends: the run belongs to that event. */
export function RespondButton({ entity }: { entity: EntityRef }) {
  const events = useEntityEvents(entity);
  const event = events.items[0]?.id;
  return event === undefined ? <Off /> : <Recommended entity={entity} event={event} />;
}

function Off() {
  const t = useText().entities;
  return (
    <Button disabled title={t.respondNone}>
      {t.respond}
    </Button>
  );
}

function Recommended({ entity, event }: { entity: EntityRef; event: string }) {
  const t = useText().entities;
  const may = useMay("responder");
  const recommendations = useRecommendations(event);
  const [open, setOpen] = useState(false);
  const choices: Choice[] = (recommendations.data ?? [])
    .filter((row) => row.entity.type === entity.type && row.entity.value === entity.value)
    .filter((row) => row.available && row.scope.length > 0)
    .map((row) => ({ row, chosen: true, seconds: row.default_duration_seconds, scope: row.scope }));
  if (choices.length === 0) return <Off />;
  return (
    <>
      <Button type="primary" disabled={!may} onClick={() => setOpen(true)}>
        {t.respond}
      </Button>
      {open && (
        <RespondDialog event={event} choices={choices} onClose={() => setOpen(false)} onStarted={() => setOpen(false)} />
      )}
    </>
  );
}
