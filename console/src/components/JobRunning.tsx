import { Button, Progress } from "antd";
import { useCancelJob } from "../api/jobs";
import { useMay } from "../api/session";
import type { Job } from "../api/types";
import { Failure } from "./Failure";

/** How far a job is, and a way to end it. */
export function JobRunning({ job, words }: { job: Job; words: { running: string; soFar: string; cancel: string } }) {
  const may = useMay("responder");
  const cancel = useCancelJob();
  return (
    <>
      <Progress aria-label={words.running} percent={job.progress.percent} status="active" />
      <div className="row wrap">
        <span className="muted number">{words.soFar}</span>
        <Button size="small" disabled={!may} loading={cancel.isPending} onClick={() => cancel.mutate(job.id)}>
          {words.cancel}
        </Button>
      </div>
      {cancel.error && <Failure error={cancel.error} />}
    </>
  );
}
