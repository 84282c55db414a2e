import { Button, Form, Input } from "antd";
import { useSetup } from "../../api/session";
import { Failure } from "../../components/Failure";
import { useText } from "../../i18n/text";
import { Door } from "./Door";

interface Fields {
  token: string;
  username: string;
  password: string;
  again: string;
}

/** The first start: whoever holds the server's one-time token becomes its administrator. */
export default function Setup() {
  const t = useText();
  const setup = useSetup();
  const required = { required: true, message: t.common.required };
  return (
    <Door title={t.session.setupTitle} hint={t.session.setupHint}>
      <Form<Fields>
        layout="vertical"
        requiredMark={false}
        initialValues={{ username: "admin" }}
        onFinish={({ token, username, password }) => setup.mutate({ token: token.trim(), username, password })}
      >
        <Form.Item name="token" label={t.session.token} rules={[required]}>
          <Input autoFocus autoComplete="one-time-code" className="mono" />
        </Form.Item>
        <Form.Item name="username" label={t.session.username} rules={[required]}>
          <Input autoComplete="username" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t.session.password}
          rules={[required, { min: 12, message: t.session.passwordHint }]}
          extra={t.session.passwordHint}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t.session.passwordAgain}
          dependencies={["password"]}
          rules={[
            required,
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue("password")
                  ? Promise.resolve()
                  : Promise.reject(new Error(t.session.passwordDiffers)),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        {setup.error && (
          <Form.Item>
            <Failure error={setup.error} />
          </Form.Item>
        )}
        <Form.Item>
          <Button type="primary" htmlType="submit" block loading={setup.isPending}>
            {t.session.setUp}
          </Button>
        </Form.Item>
      </Form>
    </Door>
  );
}
