RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    nginx-light postgresql redis-server supervisor python3-venv && apt-get clean && : >/etc/machine-id
