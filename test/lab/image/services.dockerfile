# PostgreSQL's cluster is made in the locale of its installation: without one its databases would not be UTF-8.
RUN apt-get update -qq && LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    nginx-light postgresql redis-server ssl-cert supervisor python3-venv gettext && apt-get clean && : >/etc/machine-id
