import { Table } from "antd";
import { usePolicy } from "../../api/disposal";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { useTaskColumns } from "./taskColumns";

/** The tasks of one policy, under its row. */
export function PolicyTasks({ id }: { id: string }) {
  const policy = usePolicy(id);
  const columns = useTaskColumns(false);
  if (policy.error) return <Failure error={policy.error} onRetry={() => void policy.refetch()} />;
  if (!policy.data) return <Loading />;
  return <Table size="small" pagination={false} rowKey="id" columns={columns} dataSource={policy.data.task_list} />;
}
