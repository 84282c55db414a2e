import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Select, Switch, type TableColumnsType } from "antd";
import { useState } from "react";
import { useChangeUser, useCreateUser, useUsers } from "../../api/admin";
import { useSession } from "../../api/session";
import type { RoleName, User } from "../../api/types";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { Nothing } from "../../components/Nothing";
import { PagedTable, whole } from "../../components/PagedTable";
import { Page, PageHead } from "../../components/PageHead";
import { Badge } from "../../components/Status";
import { useTell } from "../../components/useTell";
import { useText } from "../../i18n/text";

const ROLES: RoleName[] = ["viewer", "responder", "admin"];

export default function Users() {
  const t = useText();
  const rows = whole(useUsers());
  const [dialog, setDialog] = useState<"" | "create" | User>("");
  const me = useSession().data?.user.id;
  const columns: TableColumnsType<User> = [
    {
      title: t.common.name,
      render: (_, user) => (
        <span className="row">
          {user.name}
          {user.id === me && <Badge tone="info">{t.users.you}</Badge>}
        </span>
      ),
    },
    { title: t.users.role, width: 190, render: (_, user) => <RoleSelect user={user} own={user.id === me} /> },
    { title: t.users.active, width: 100, render: (_, user) => <ActiveSwitch user={user} own={user.id === me} /> },
    { title: t.common.created, width: 140, render: (_, user) => <Moment at={user.created_at} /> },
    {
      title: "",
      width: 140,
      align: "right",
      render: (_, user) => (
        <Button size="small" onClick={() => setDialog(user)}>
          {t.users.setPassword}
        </Button>
      ),
    },
  ];
  return (
    <Page>
      <PageHead title={t.users.title}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setDialog("create")}>
          {t.users.create}
        </Button>
      </PageHead>
      <PagedTable
        rows={rows}
        rowKey={(user) => user.id}
        columns={columns}
        width={700}
        empty={<Nothing title={t.common.none} />}
      />
      {dialog === "create" && <CreateDialog onClose={() => setDialog("")} />}
      {typeof dialog === "object" && <PasswordDialog user={dialog} onClose={() => setDialog("")} />}
    </Page>
  );
}

function RoleSelect({ user, own }: { user: User; own: boolean }) {
  const t = useText();
  const tell = useTell();
  const change = useChangeUser();
  return (
    <Select
      style={{ width: 160 }}
      // Nobody takes the last key from themselves by a slip.
      disabled={own}
      aria-label={`${t.users.role}: ${user.name}`}
      value={user.role}
      options={ROLES.map((value) => ({ value, label: t.words.userRole[value] }))}
      onChange={(role) =>
        change.mutate({ id: user.id, role }, { onSuccess: () => tell.done(t.users.changed), onError: tell.failed })
      }
    />
  );
}

function ActiveSwitch({ user, own }: { user: User; own: boolean }) {
  const t = useText().users;
  const tell = useTell();
  const change = useChangeUser();
  return (
    <Switch
      size="small"
      disabled={own}
      checked={!user.disabled}
      aria-label={`${t.active}: ${user.name}`}
      onChange={(active) => change.mutate({ id: user.id, disabled: !active }, { onError: tell.failed })}
    />
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const tell = useTell();
  const create = useCreateUser();
  const [form] = Form.useForm<{ name: string; role: RoleName; password: string }>();
  const required = { required: true, message: t.common.required };
  return (
    <Modal
      open
      title={t.users.create}
      okText={t.common.create}
      cancelText={t.common.cancel}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ role: "responder" }}
        onFinish={(user) =>
          create.mutate(user, {
            onSuccess: () => {
              tell.done(t.users.created);
              onClose();
            },
          })
        }
      >
        <Form.Item name="name" label={t.session.username} rules={[required]}>
          <Input autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={t.users.role}>
          <Select options={ROLES.map((value) => ({ value, label: `${t.words.userRole[value]} — ${t.users.roles[value]}` }))} />
        </Form.Item>
        <Form.Item name="password" label={t.session.password} rules={[required, { min: 12, message: t.session.passwordHint }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
      {create.error && <Failure error={create.error} />}
    </Modal>
  );
}

function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useText();
  const tell = useTell();
  const change = useChangeUser();
  const [password, setPassword] = useState("");
  const save = () =>
    change.mutate(
      { id: user.id, password },
      {
        onSuccess: () => {
          tell.done(t.users.changed);
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={`${t.users.setPassword}: ${user.name}`}
      okText={t.common.save}
      cancelText={t.common.cancel}
      okButtonProps={{ disabled: password.length < 12 }}
      confirmLoading={change.isPending}
      onOk={save}
      onCancel={onClose}
    >
      <Input.Password
        autoFocus
        autoComplete="new-password"
        aria-label={t.users.newPassword}
        placeholder={`${t.users.newPassword} · ${t.session.passwordHint}`}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {change.error && <Failure error={change.error} />}
    </Modal>
  );
}
