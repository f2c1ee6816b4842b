# rpc.sh: what is asked of supervisord, in supervisorctl's words, on supervisord's own socket. Its text comes before supervisor.sh's.
# supervisorctl loads so much that each word with it takes ten times as long as this, and what serves is down while it loads. Used is the
# Python that runs supervisorctl, with its standard library only; where its first line does not tell which that is, supervisorctl itself is.

speaks='
import socket, sys, time

PATH, VERB, NAMES = sys.argv[1], sys.argv[2], sys.argv[3:]


def texts(xml):
    """What stands in each <value> that holds a text or a number, by the <name> before it."""
    found = {}
    for member in xml.split("<name>")[1:]:
        name, _, rest = member.partition("</name>")
        value = rest.partition("<value>")[2].partition("</value>")[0].partition(">")[2].rpartition("</")[0]
        for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            value = value.replace(entity, char)
        found[name] = value
    return found


def call(method, *values):
    """The answer, and the fault in it or None. Each value is XML."""
    params = "".join("<param><value>%s</value></param>" % value for value in values)
    body = "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.%s</methodName><params>%s</params></methodCall>" % (method, params)
    talk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    talk.connect(PATH)
    talk.sendall(("POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
    said = b""
    while True:
        part = talk.recv(65536)
        if not part:
            break
        said += part
    xml = said.decode()
    if "</methodResponse>" not in xml:
        sys.exit("supervisord gave no answer: %s" % xml[:200])
    return xml, texts(xml)["faultString"] if "<fault>" in xml else None


def told(method, name, *values):
    """The fault in the answer about a service, or None."""
    return call(method, "<string>%s</string>" % name, *values)[1]


def stop(name):
    """Stops it, and waits until it has ended. supervisord, asked to wait, looks without a pause, and takes a whole core for it."""
    fault = told("stopProcess", name, "<boolean>0</boolean>")
    pause = 0.005
    while fault is None:
        xml, fault = call("getProcessInfo", "<string>%s</string>" % name)
        if fault is None and texts(xml)["statename"] != "STOPPING":
            break
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
    return fault


def order(fault, name, done):
    print("%s: ERROR (%s)" % (name, fault) if fault else "%s: %s" % (name, done))
    sys.stdout.flush()
    return fault is None


well = True
if VERB == "pid":
    xml, fault = call("getPID")
    print(fault or xml.partition("<int>")[2].partition("</int>")[0])
    well = fault is None
elif VERB == "status":
    xml, fault = call("getAllProcessInfo")
    if fault:
        sys.exit(fault)
    for process in map(texts, xml.split("<struct>")[1:]):
        name, group = process["name"], process["group"]
        print("%s   %s   %s" % (name if name == group else group + ":" + name, process["statename"], process["description"]))
if VERB in ("stop", "restart"):
    for name in NAMES:
        well = order(stop(name), name, "stopped") and well
if VERB in ("start", "restart"):
    for name in NAMES:
        well = order(told("startProcess", name), name, "started") and well
sys.exit(not well)
'

speaker() { # the Python that runs supervisorctl, by its first line. Exit 1: it does not tell
  IFS= read -r first 2>/dev/null <"$(command -v supervisorctl)" || return 1
  case $first in
    *' '*) return 1 ;;
    '#!'/*python*) printf '%s' "${first#??}" ;;
    *) return 1 ;;
  esac
}

supervisorctl_within() { # SECONDS WORDS...: in at most so many seconds
  allowed=$1
  shift
  speaking=''
  case "$*" in
    'stop all') ;;
    pid | status | 'start '* | 'stop '* | 'restart '*) speaking=$(speaker) || : ;;
  esac
  if [ -n "$speaking" ]; then
    timeout --foreground -k 5 "$allowed" "$speaking" -S -E -c "$speaks" "$lf/run/supervisor.sock" "$@" </dev/null 8>&- 9>&-
  else
    timeout --foreground -k 5 "$allowed" supervisorctl -c "$lf/run/supervisord.conf" "$@" </dev/null 8>&- 9>&-
  fi
}
