module kiteq-conformance

go 1.22

require (
	github.com/blackbeans/kiteq-common v0.0.0-20230518154807-df4546f9f853
	github.com/blackbeans/turbo v0.0.0-20230518151841-580b848285bf
	github.com/golang/snappy v0.0.4
	github.com/sirupsen/logrus v1.9.2
)

require (
	github.com/blackbeans/go-zookeeper v0.0.0-20160315041820-e9ca0f2da2a7 // indirect
	github.com/blackbeans/logx v0.0.0-20230518151533-7059fbb3d603 // indirect
	github.com/golang/protobuf v1.5.3 // indirect
	github.com/lestrrat-go/file-rotatelogs v2.4.0+incompatible // indirect
	github.com/lestrrat-go/strftime v1.0.6 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.18 // indirect
	github.com/mgutz/ansi v0.0.0-20200706080929-d51e80ef957d // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/rifflock/lfshook v0.0.0-20180920164130-b9218ef580f5 // indirect
	github.com/x-cray/logrus-prefixed-formatter v0.5.2 // indirect
	golang.org/x/crypto v0.9.0 // indirect
	golang.org/x/sys v0.8.0 // indirect
	golang.org/x/term v0.8.0 // indirect
	golang.org/x/time v0.3.0 // indirect
	google.golang.org/protobuf v1.28.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)
