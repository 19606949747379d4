// One connection of an original client: turbo carries the packets, kiteq-common builds and parses the bodies.
// It replies to deliveries through turbo's own group write, as the original client does, so that a broker
// whose opaques meet the client's counter loses store acks here too. It must never read or write a socket itself.
package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/turbo"
)

const (
	commandBind       = uint8(0x20)
	commandUnbind     = uint8(0x21)
	commandCommandAck = uint8(0x23)
	storeAckWait      = 3 * time.Second // the original gives up on a store ack after this
	heartbeatWait     = 5 * time.Second
)

type verdict int

const (
	accept verdict = iota
	refuse
	silent // answer nothing at all, so that the lease of the broker runs out
)

type delivery struct {
	opaque  uint32
	message *protocol.QMessage
	raw     []byte
	at      time.Time
}

type inquiry struct {
	opaque   uint32
	id       string
	status   int32
	feedback string
	commit   bool
}

// options of a connection. Handlers run on turbo's goroutines, up to 50 at a time.
type options struct {
	group   string
	secret  string
	warmUp  int32
	handler func(delivery) verdict
	check   func(*protocol.TxResponse) error
}

type client struct {
	group      string
	link       *turbo.TClient
	config     *turbo.TConfig
	options    options
	deliveries chan delivery
	inquiries  chan inquiry
	auth       chan *protocol.ConnAuthAck
	mutex      sync.Mutex
	problems   []string
}

// connect dials and shakes hands.
func connect(address string, o options) (*client, error) {
	c, err := dial(address, o)
	if err != nil {
		return nil, err
	}
	ack, err := c.handshake(o.group, o.secret, o.warmUp)
	if err != nil {
		c.close()
		return nil, err
	}
	if !ack.GetStatus() {
		c.close()
		return nil, fmt.Errorf("handshake refused: %q", ack.GetFeedback())
	}
	return c, nil
}

// dial opens the connection only; nothing is sent.
func dial(address string, o options) (*client, error) {
	resolved, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialTCP("tcp4", nil, resolved)
	if err != nil {
		return nil, err
	}
	c := &client{
		group:      o.group,
		options:    o,
		deliveries: make(chan delivery, 65536),
		inquiries:  make(chan inquiry, 1024),
		auth:       make(chan *protocol.ConnAuthAck, 8),
	}
	c.config = takeConfig()
	codec := func() turbo.ICodec {
		return protocol.KiteQBytesCodec{MaxFrameLength: turbo.MAX_PACKET_BYTES}
	}
	c.link = turbo.NewTClient(context.Background(), conn, codec, c.dispatch, c.config)
	c.link.Start()
	return c, nil
}

// close may be called more than once.
func (c *client) close() {
	c.mutex.Lock()
	config := c.config
	c.config = nil
	c.mutex.Unlock()
	if config != nil {
		c.link.Shutdown()
		returnConfig(config)
	}
}

var freeConfigs = struct {
	sync.Mutex
	list []*turbo.TConfig
}{}

// takeConfig gives what the original client asks turbo for: 50 workers, 16 KiB buffers, 10 000 queued packets.
// Used again after a close, because every turbo config keeps a goroutine that wakes each millisecond for ever.
func takeConfig() *turbo.TConfig {
	freeConfigs.Lock()
	defer freeConfigs.Unlock()
	if last := len(freeConfigs.list) - 1; last >= 0 {
		config := freeConfigs.list[last]
		freeConfigs.list = freeConfigs.list[:last]
		return config
	}
	return turbo.NewTConfig("conformance", 50, 16*1024, 16*1024, 10000, 10000, 10*time.Second, 500000)
}

func returnConfig(config *turbo.TConfig) {
	freeConfigs.Lock()
	defer freeConfigs.Unlock()
	freeConfigs.list = append(freeConfigs.list, config)
}

func (c *client) handshake(group, secret string, warmUp int32) (*protocol.ConnAuthAck, error) {
	body := protocol.MarshalConnMeta(group, secret, warmUp)
	answer, err := c.request(protocol.CMD_CONN_META, body, heartbeatWait)
	if err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	ack, ok := answer.(*protocol.ConnAuthAck)
	if !ok {
		return nil, fmt.Errorf("handshake answered by %T", answer)
	}
	return ack, nil
}

// publish sends a BytesMessage or StringMessage and waits for its store ack.
func (c *client) publish(message interface{}) (*protocol.MessageStoreAck, error) {
	q := protocol.NewQMessage(message)
	header := q.GetHeader()
	header.GroupId = protocol.MarshalPbString(c.group)
	if header.GetCreateTime() <= 0 {
		header.CreateTime = protocol.MarshalInt64(time.Now().Unix())
	}
	body, err := protocol.MarshalPbMessage(q.GetPbMessage())
	if err != nil {
		return nil, err
	}
	answer, err := c.request(q.GetMsgType(), body, storeAckWait)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", header.GetMessageId(), err)
	}
	ack, ok := answer.(*protocol.MessageStoreAck)
	if !ok {
		return nil, fmt.Errorf("publish answered by %T", answer)
	}
	if ack.GetMessageId() != header.GetMessageId() {
		return nil, fmt.Errorf("store ack names %q, published %q", ack.GetMessageId(), header.GetMessageId())
	}
	return ack, nil
}

// mustPublish fails unless the broker stored the message.
func (c *client) mustPublish(message interface{}) error {
	ack, err := c.publish(message)
	if err != nil {
		return err
	}
	if !ack.GetStatus() {
		return fmt.Errorf("store ack false: %q", ack.GetFeedback())
	}
	return nil
}

// decide sends the publisher's own TX_ACK: opaque 0, never answered.
func (c *client) decide(header *protocol.Header, status protocol.TxStatus, feedback string) error {
	body := protocol.MarshalTxACKPacket(header, status, feedback)
	return c.link.Write(*turbo.NewPacket(protocol.CMD_TX_ACK, body))
}

// ping sends a heartbeat through turbo and returns the version that came back.
func (c *client) ping(version int64) (int64, error) {
	answer, err := c.request(protocol.CMD_HEARTBEAT, protocol.MarshalHeartbeatPacket(version), heartbeatWait)
	if err != nil {
		return 0, fmt.Errorf("heartbeat: %w", err)
	}
	pong, ok := answer.(int64)
	if !ok {
		return 0, fmt.Errorf("heartbeat answered by %T", answer)
	}
	return pong, nil
}

func (c *client) request(command uint8, body []byte, wait time.Duration) (interface{}, error) {
	return c.link.WriteAndGet(*turbo.NewPacket(command, body), wait)
}

// reply goes the way of the original's remoting handler: a write without a deadline, whose pending entry stays.
func (c *client) reply(opaque uint32, command uint8, body []byte) {
	if _, err := c.link.GroupWriteAndGet(-1, *turbo.NewRespPacket(opaque, command, body)); err != nil {
		c.problem("reply %#x to %d: %v", command, opaque, err)
	}
}

func (c *client) problem(format string, values ...interface{}) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.problems) < 5 {
		c.problems = append(c.problems, fmt.Sprintf(format, values...))
	}
}

// unexpected lists the first few things the connection saw and no case asked for.
func (c *client) unexpected() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return append([]string(nil), c.problems...)
}

func (c *client) dispatch(ctx *turbo.TContext) error {
	packet := ctx.Message
	if ctx.Err != nil {
		c.problem("turbo reports: %v", ctx.Err)
		return nil
	}
	opaque := packet.Header.Opaque
	switch packet.Header.CmdType {
	case protocol.CMD_HEARTBEAT:
		beat := &protocol.HeartBeat{}
		if c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, beat)) {
			ctx.Client.Attach(opaque, beat.GetVersion())
		}
	case protocol.CMD_CONN_AUTH:
		auth := &protocol.ConnAuthAck{}
		if c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, auth)) {
			select {
			case c.auth <- auth:
			default:
			}
			ctx.Client.Attach(opaque, auth)
		}
	case protocol.CMD_MESSAGE_STORE_ACK:
		ack := &protocol.MessageStoreAck{}
		if c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, ack)) {
			ctx.Client.Attach(opaque, ack)
		}
	case protocol.CMD_TX_ACK:
		c.inquired(packet)
	case protocol.CMD_BYTES_MESSAGE:
		message := &protocol.BytesMessage{}
		if c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, message)) {
			c.delivered(packet, protocol.NewQMessage(message))
		}
	case protocol.CMD_STRING_MESSAGE:
		message := &protocol.StringMessage{}
		if c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, message)) {
			c.delivered(packet, protocol.NewQMessage(message))
		}
	case commandCommandAck:
		ctx.Client.Attach(opaque, append([]byte(nil), packet.Data...))
	default:
		c.problem("unknown command %#x", packet.Header.CmdType)
	}
	return nil
}

func (c *client) parsed(packet *turbo.Packet, err error) bool {
	if err != nil {
		c.problem("command %#x does not parse: %v", packet.Header.CmdType, err)
	}
	return err == nil
}

func (c *client) delivered(packet *turbo.Packet, message *protocol.QMessage) {
	d := delivery{opaque: packet.Header.Opaque, message: message, raw: packet.Data, at: time.Now()}
	if d.opaque < 0x80000000 {
		c.problem("delivery with opaque %d, inside the range of a client's own counter", d.opaque)
	}
	answer, raised := accept, error(nil)
	func() {
		defer func() {
			if r := recover(); r != nil {
				answer, raised = refuse, fmt.Errorf("%v", r)
			}
		}()
		if c.options.handler != nil {
			answer = c.options.handler(d)
		}
	}()
	if answer != silent {
		body := protocol.MarshalDeliverAckPacket(message.GetHeader(), answer == accept, raised)
		c.reply(d.opaque, protocol.CMD_DELIVER_ACK, body)
	}
	c.deliveries <- d
}

func (c *client) inquired(packet *turbo.Packet) {
	ask := &protocol.TxACKPacket{}
	if !c.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, ask)) {
		return
	}
	header := ask.GetHeader()
	seen := inquiry{packet.Header.Opaque, header.GetMessageId(), ask.GetStatus(), ask.GetFeedback(), header.GetCommit()}
	response := protocol.NewTxResponse(header)
	if c.options.check != nil {
		if err := c.options.check(response); err != nil {
			response.Unknown(err.Error())
		}
	}
	response.ConvertTxAckPacket(ask)
	if body, err := protocol.MarshalPbMessage(ask); c.parsed(packet, err) {
		c.reply(packet.Header.Opaque, protocol.CMD_TX_ACK, body)
	}
	c.inquiries <- seen
}
