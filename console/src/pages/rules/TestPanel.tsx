import { Alert, Button, Table } from "antd";
import { useTestRule } from "../../api/rules";
import type { RuleTested } from "../../api/types";
import { Failure } from "../../components/Failure";
import { Status } from "../../components/Status";
import { useText } from "../../i18n/text";
import { ProblemList } from "./ProblemList";

interface Props {
  text: string;
  onPlace: (place: string) => void;
}

/** Runs the tests that a text carries. */
export function TestPanel({ text, onPlace }: Props) {
  const t = useText().rules;
  const test = useTestRule();
  // What came of another text says nothing of this one.
  const tested = test.variables === text ? test.data : undefined;
  return (
    <div className="stack">
      <div className="muted">{t.testHint}</div>
      <div>
        <Button loading={test.isPending} onClick={() => test.mutate(text)}>
          {t.runTests}
        </Button>
      </div>
      {test.error && <Failure error={test.error} />}
      {tested && <Outcome tested={tested} onPlace={onPlace} />}
    </div>
  );
}

function Outcome({ tested, onPlace }: { tested: RuleTested; onPlace: (place: string) => void }) {
  const t = useText().rules;
  if (tested.errors.length > 0) {
    return (
      <>
        <Alert type="error" showIcon title={t.testBroken} />
        <ProblemList found={tested.errors} onPlace={onPlace} />
      </>
    );
  }
  if (tested.tests.length === 0) return <Alert type="warning" showIcon title={t.noTests} />;
  return (
    <>
      {tested.ok && <Alert type="success" showIcon title={t.testsPass(tested.tests.length)} />}
      <Table
        size="small"
        pagination={false}
        rowKey={(test) => `${test.line} ${test.name}`}
        dataSource={tested.tests}
        columns={[
          {
            title: t.test,
            render: (_, test) => (
              <>
                <Status tone={test.ok ? "good" : "bad"}>
                  <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onPlace(`${test.line}:1`)}>
                    {test.name}
                  </Button>
                </Status>
                {test.why.map((line) => (
                  <div key={line} className="muted">
                    {line}
                  </div>
                ))}
              </>
            ),
          },
          { title: t.expected, dataIndex: "expected", align: "right", width: 90 },
          { title: t.got, dataIndex: "got", align: "right", width: 80 },
        ]}
      />
    </>
  );
}
