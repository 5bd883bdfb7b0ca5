# The image holds one static binary, certificates and time zones, and runs as a
# user without rights. What it must keep is in the volume /data.
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t bellwether .
#   docker run -it -v bellwether:/data bellwether
#   docker run -e REDIS_URL=redis://redis:6379 -v bellwether:/data bellwether
#
# Built on the machine's own platform for any other: docker buildx build --platform …
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src

# The modules change less often than the code: they are a layer of their own.
COPY go.mod go.sum ./
COPY adapters/page/dateparser ./adapters/page/dateparser
RUN go mod download

COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/bellwether ./cmd/bellwether \
    && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/bellwether /bellwether
# A new volume takes the owner of the folder that it covers.
COPY --from=build --chown=65532:65532 /out/data /data

ENV BELLWETHER_DATA=/data \
    BELLWETHER_HTTP_LISTEN=:8080
VOLUME /data
EXPOSE 8080
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/bellwether", "healthcheck"]

ENTRYPOINT ["/bellwether"]
CMD ["run"]
