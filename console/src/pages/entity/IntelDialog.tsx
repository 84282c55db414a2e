import { Modal } from "antd";
import { useIntel } from "../../api/intel";
import type { IntelMatch } from "../../api/types";
import type { EntityRef } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { useText } from "../../i18n/text";

/** What threat intelligence says of an entity. */
export function IntelDialog({ entity, onClose }: { entity: EntityRef; onClose: () => void }) {
  const t = useText().entities;
  const intel = useIntel(entity, true);
  const geo = intel.data?.geo;
  return (
    <Modal open title={`${t.lookUpTitle} · ${entity.value}`} footer={null} onCancel={onClose}>
      {intel.isLoading && <Loading />}
      {intel.error && <Failure error={intel.error} onRetry={() => void intel.refetch()} />}
      {geo && (
        <Facts
          facts={[
            [t.place, [geo.country, geo.city].filter(Boolean).join(", ")],
            [t.network, [geo.asn && `AS${geo.asn}`, geo.organisation].filter(Boolean).join(" ")],
          ]}
        />
      )}
      {intel.data?.matches.length === 0 && <p className="muted">{t.lookUpNothing}</p>}
      {intel.data?.matches.map((match) => <Match key={`${match.feed} ${match.indicator}`} match={match} />)}
    </Modal>
  );
}

function Match({ match }: { match: IntelMatch }) {
  const t = useText();
  return (
    <Facts
      facts={[
        [t.entities.feed, match.feed],
        [t.common.name, match.names.join(", ")],
        [t.common.id, <span className="mono" key="indicator">{match.indicator}</span>],
        [t.entities.confidence, match.confidence],
        [t.entities.validUntil, match.valid_until && <Moment at={match.valid_until} full />],
        [t.entities.references, match.references.length > 0 && <References urls={match.references} />],
      ]}
    />
  );
}

/** Feeds may write anything: only web addresses become links. */
function References({ urls }: { urls: string[] }) {
  return (
    <>
      {urls.map((url) => (
        <div key={url}>
          {/^https?:\/\//.test(url) ? (
            <a href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
          ) : (
            url
          )}
        </div>
      ))}
    </>
  );
}
