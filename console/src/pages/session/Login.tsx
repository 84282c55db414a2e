import { Button, Form, Input } from "antd";
import { useLogin } from "../../api/session";
import { Failure } from "../../components/Failure";
import { useText } from "../../i18n/text";
import { Door } from "./Door";

interface Fields {
  username: string;
  password: string;
}

export default function Login() {
  const t = useText();
  const login = useLogin();
  const required = [{ required: true, message: t.common.required }];
  return (
    <Door title={t.session.welcome}>
      <Form<Fields> layout="vertical" requiredMark={false} onFinish={(fields) => login.mutate(fields)}>
        <Form.Item name="username" label={t.session.username} rules={required}>
          <Input autoFocus autoComplete="username" size="large" />
        </Form.Item>
        <Form.Item name="password" label={t.session.password} rules={required}>
          <Input.Password autoComplete="current-password" size="large" />
        </Form.Item>
        {login.error && (
          <Form.Item>
            <Failure error={login.error} />
          </Form.Item>
        )}
        <Form.Item>
          <Button type="primary" htmlType="submit" size="large" block loading={login.isPending}>
            {t.session.signIn}
          </Button>
        </Form.Item>
      </Form>
    </Door>
  );
}
