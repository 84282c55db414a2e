import { Input, Select } from "antd";
import { useState } from "react";
import { useLookUp } from "../../api/intel";
import type { EntityKind, IntelAnswer, IntelMatch } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Moment } from "../../components/Moment";
import { Panel } from "../../components/PageHead";
import { ReportSection } from "../../components/ReportSection";
import { Badge } from "../../components/Status";
import { useText } from "../../i18n/text";

const TYPES: EntityKind[] = ["ip", "domain", "url", "file"];

/** Asks all feeds, and the databases of places, about one value. */
export function LookUp() {
  const t = useText();
  const [type, setType] = useState<EntityKind>("ip");
  const [value, setValue] = useState("");
  const found = useLookUp(type, value);
  return (
    <Panel title={t.intel.lookUp}>
      <div className="stack" style={{ padding: 12 }}>
        <div className="row wrap">
          <Select
            style={{ width: 140 }}
            aria-label={t.intel.entityType}
            value={type}
            options={TYPES.map((kind) => ({ value: kind, label: t.words.entity[kind] }))}
            onChange={setType}
          />
          <Input.Search
            style={{ maxWidth: 480 }}
            className="mono"
            allowClear
            aria-label={t.intel.lookUp}
            placeholder={t.intel.lookUpHint}
            onSearch={(text) => setValue(text.trim())}
          />
        </div>
        {found.error && <Failure error={found.error} />}
        {found.isLoading && <Loading />}
        {found.data && <Answer answer={found.data} />}
      </div>
    </Panel>
  );
}

function Answer({ answer }: { answer: IntelAnswer }) {
  const t = useText().intel;
  const { geo } = answer;
  return (
    <>
      {geo && (
        <Facts
          facts={[
            [t.country, geo.country ?? geo.country_code],
            [t.city, geo.city],
            [t.network, geo.asn ? `AS${geo.asn} ${geo.organisation ?? ""}` : geo.organisation],
          ]}
        />
      )}
      {answer.matches.length === 0 && <p className="muted">{t.unknown}</p>}
      {answer.matches.map((match) => (
        <Match key={`${match.feed} ${match.indicator}`} match={match} />
      ))}
      <ReportSection title={t.seen} shown={answer.seen.length}>
        {answer.seen.map((seen) => (
          <li key={`${seen.feed} ${seen.indicator}`}>
            {t.seenBy(seen.feed, seen.indicator, seen.alerts)} <Moment at={seen.last_alert} />
          </li>
        ))}
      </ReportSection>
    </>
  );
}

function Match({ match }: { match: IntelMatch }) {
  const t = useText();
  return (
    <Facts
      facts={[
        [
          t.intel.indicator,
          <span key="indicator" className="row">
            <span className="mono">{match.indicator}</span>
            {match.tags && <Badge tone="bad">{t.common.maliciousTag}</Badge>}
          </span>,
        ],
        [t.intel.feed, match.feed],
        [t.intel.names, match.names.join(", ")],
        [t.intel.labels, match.labels.join(", ")],
        [t.intel.confidence, String(match.confidence)],
        [t.intel.validUntil, match.valid_until ? <Moment at={match.valid_until} /> : null],
        [t.intel.references, match.references.length > 0 && <References key="references" urls={match.references} />],
      ]}
    />
  );
}

/** Only web addresses become links: a feed may write anything. */
function References({ urls }: { urls: string[] }) {
  return urls.map((url) =>
    /^https?:\/\//i.test(url) ? (
      <a key={url} href={url} target="_blank" rel="noreferrer" style={{ display: "block" }}>
        {url}
      </a>
    ) : (
      <span key={url} style={{ display: "block" }}>
        {url}
      </span>
    ),
  );
}
