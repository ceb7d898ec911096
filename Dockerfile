# The same steps as `make run` takes on a Debian machine, in an image.
#   docker build -t vedich .
#   docker run --rm -it -v vedich-var:/srv/vedich/var vedich .venv/bin/vedich account add NAME --role admin
#   docker run --rm -p 127.0.0.1:8000:8000 -v vedich-var:/srv/vedich/var vedich
# The account comes first: inside, the service listens to more than loopback.
FROM python:3.11-slim-bookworm

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --create-home --uid 10001 vedich \
    && mkdir -p /srv/vedich/var \
    && chown -R 10001:10001 /srv/vedich

WORKDIR /srv/vedich
USER 10001

# the packages' archives stay out of the image
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
COPY --chown=10001:10001 . .
RUN make install

VOLUME /srv/vedich/var
ENV VEDICH_HOST=0.0.0.0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=240s \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["make", "run"]
