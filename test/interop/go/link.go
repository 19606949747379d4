// One connection of a client to one broker: turbo carries the packets, kiteq-common builds and parses the bodies.
// It replies to deliveries through turbo's own group write, as the original client does, so that a broker
// whose opaques meet the client's counter loses store acks here too. It must never read or write a socket itself.
package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/turbo"
)

const (
	commandBind       = uint8(0x20)
	commandCommandAck = uint8(0x23)
	storeAckWait      = 3 * time.Second // the original gives up on a store ack after this
	heartbeatWait     = 5 * time.Second
)

type link struct {
	address string
	owner   *client
	tcp     *turbo.TClient
	isStale bool // under the lock of its owner
}

// dialLink opens the connection only; nothing is sent.
func dialLink(address string, owner *client, config *turbo.TConfig) (*link, error) {
	resolved, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialTCP("tcp4", nil, resolved)
	if err != nil {
		return nil, err
	}
	l := &link{address: address, owner: owner}
	codec := func() turbo.ICodec {
		return protocol.KiteQBytesCodec{MaxFrameLength: turbo.MAX_PACKET_BYTES}
	}
	l.tcp = turbo.NewTClient(context.Background(), conn, codec, l.dispatch, config)
	l.tcp.Start()
	return l, nil
}

func (l *link) handshake(group, secret string, warmUp int32) (*protocol.ConnAuthAck, error) {
	body := protocol.MarshalConnMeta(group, secret, warmUp)
	answer, err := l.request(protocol.CMD_CONN_META, body, heartbeatWait)
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
func (l *link) publish(message interface{}) (*protocol.MessageStoreAck, error) {
	q := protocol.NewQMessage(message)
	header := q.GetHeader()
	header.GroupId = protocol.MarshalPbString(l.owner.group)
	if header.GetCreateTime() <= 0 {
		header.CreateTime = protocol.MarshalInt64(time.Now().Unix())
	}
	body, err := protocol.MarshalPbMessage(q.GetPbMessage())
	if err != nil {
		return nil, err
	}
	answer, err := l.request(q.GetMsgType(), body, storeAckWait)
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

// decide sends the publisher's own TX_ACK: opaque 0, never answered.
func (l *link) decide(header *protocol.Header, status protocol.TxStatus, feedback string) error {
	body := protocol.MarshalTxACKPacket(header, status, feedback)
	return l.tcp.Write(*turbo.NewPacket(protocol.CMD_TX_ACK, body))
}

// ping sends a heartbeat through turbo and returns the version that came back.
func (l *link) ping(version int64) (int64, error) {
	answer, err := l.request(protocol.CMD_HEARTBEAT, protocol.MarshalHeartbeatPacket(version), heartbeatWait)
	if err != nil {
		return 0, fmt.Errorf("heartbeat: %w", err)
	}
	pong, ok := answer.(int64)
	if !ok {
		return 0, fmt.Errorf("heartbeat answered by %T", answer)
	}
	return pong, nil
}

func (l *link) request(command uint8, body []byte, wait time.Duration) (interface{}, error) {
	return l.tcp.WriteAndGet(*turbo.NewPacket(command, body), wait)
}

// reply goes the way of the original's remoting handler: over the connection that stands for the address, which need not be
// the one that asked, by a write without a deadline, whose pending entry stays.
func (l *link) reply(opaque uint32, command uint8, body []byte) {
	way := l.owner.replyWay(l.address)
	if way == nil {
		return
	}
	if _, err := way.tcp.GroupWriteAndGet(-1, *turbo.NewRespPacket(opaque, command, body)); err != nil {
		l.owner.problem("reply %#x to %d: %v", command, opaque, err)
	}
}

func (l *link) isOpen() bool { return !l.tcp.IsClosed() }

func (l *link) dispatch(ctx *turbo.TContext) error {
	packet := ctx.Message
	if ctx.Err != nil {
		l.owner.problem("turbo reports: %v", ctx.Err)
		return nil
	}
	opaque := packet.Header.Opaque
	switch packet.Header.CmdType {
	case protocol.CMD_HEARTBEAT:
		beat := &protocol.HeartBeat{}
		if l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, beat)) {
			ctx.Client.Attach(opaque, beat.GetVersion())
		}
	case protocol.CMD_CONN_AUTH:
		auth := &protocol.ConnAuthAck{}
		if l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, auth)) {
			select {
			case l.owner.auth <- auth:
			default:
			}
			ctx.Client.Attach(opaque, auth)
		}
	case protocol.CMD_MESSAGE_STORE_ACK:
		ack := &protocol.MessageStoreAck{}
		if l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, ack)) {
			ctx.Client.Attach(opaque, ack)
		}
	case protocol.CMD_TX_ACK:
		l.inquired(packet)
	case protocol.CMD_BYTES_MESSAGE:
		message := &protocol.BytesMessage{}
		if l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, message)) {
			l.delivered(packet, protocol.NewQMessage(message))
		}
	case protocol.CMD_STRING_MESSAGE:
		message := &protocol.StringMessage{}
		if l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, message)) {
			l.delivered(packet, protocol.NewQMessage(message))
		}
	case commandCommandAck:
		ctx.Client.Attach(opaque, append([]byte(nil), packet.Data...))
	default:
		l.owner.problem("unknown command %#x", packet.Header.CmdType)
	}
	return nil
}

func (l *link) parsed(packet *turbo.Packet, err error) bool {
	if err != nil {
		l.owner.problem("command %#x does not parse: %v", packet.Header.CmdType, err)
	}
	return err == nil
}

func (l *link) delivered(packet *turbo.Packet, message *protocol.QMessage) {
	d := delivery{packet.Header.Opaque, message, packet.Data, time.Now(), l.address}
	if d.opaque < 0x80000000 {
		l.owner.problem("delivery with opaque %d, inside the range of a client's own counter", d.opaque)
	}
	answer, raised := accept, error(nil)
	func() {
		defer func() {
			if r := recover(); r != nil {
				answer, raised = refuse, fmt.Errorf("%v", r)
			}
		}()
		if l.owner.options.handler != nil {
			answer = l.owner.options.handler(d)
		}
	}()
	if l.owner.replyWay(l.address) == nil {
		l.owner.change(func() { l.owner.unanswered[d.id()] = true })
	} else if answer != silent {
		body := protocol.MarshalDeliverAckPacket(message.GetHeader(), answer == accept, raised)
		l.reply(d.opaque, protocol.CMD_DELIVER_ACK, body)
	}
	l.owner.deliveries <- d
}

func (l *link) inquired(packet *turbo.Packet) {
	ask := &protocol.TxACKPacket{}
	if !l.parsed(packet, protocol.UnmarshalPbMessage(packet.Data, ask)) {
		return
	}
	header := ask.GetHeader()
	seen := inquiry{packet.Header.Opaque, header.GetMessageId(), ask.GetStatus(), ask.GetFeedback(), header.GetCommit()}
	response := protocol.NewTxResponse(header)
	if l.owner.options.check != nil {
		if err := l.owner.options.check(response); err != nil {
			response.Unknown(err.Error())
		}
	}
	response.ConvertTxAckPacket(ask)
	if body, err := protocol.MarshalPbMessage(ask); l.parsed(packet, err) {
		l.reply(packet.Header.Opaque, protocol.CMD_TX_ACK, body)
	}
	l.owner.inquiries <- seen
}
