import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace kiteq. */
export namespace kiteq {

    /**
     * Properties of a HeartBeat.
     * @deprecated Use kiteq.HeartBeat.$Properties instead.
     */
    interface IHeartBeat extends kiteq.HeartBeat.$Properties {
    }

    /** Represents a HeartBeat. */
    class HeartBeat {

        /**
         * Constructs a new HeartBeat.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.HeartBeat.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HeartBeat version. */
        version: Long;

        /**
         * Encodes the specified HeartBeat message. Does not implicitly {@link kiteq.HeartBeat.verify|verify} messages.
         * @param message HeartBeat message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.HeartBeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HeartBeat message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.HeartBeat & kiteq.HeartBeat.$Shape} HeartBeat
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.HeartBeat & kiteq.HeartBeat.$Shape;
    }

    namespace HeartBeat {

        /** Properties of a HeartBeat. */
        interface $Properties {

            /** HeartBeat version */
            version: Long;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HeartBeat. */
        type $Shape = kiteq.HeartBeat.$Properties;
    }

    /**
     * Properties of a ConnMeta.
     * @deprecated Use kiteq.ConnMeta.$Properties instead.
     */
    interface IConnMeta extends kiteq.ConnMeta.$Properties {
    }

    /** Represents a ConnMeta. */
    class ConnMeta {

        /**
         * Constructs a new ConnMeta.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.ConnMeta.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ConnMeta groupId. */
        groupId: Uint8Array;

        /** ConnMeta secretKey. */
        secretKey: Uint8Array;

        /** ConnMeta warmingupSec. */
        warmingupSec: number;

        /** ConnMeta relay. */
        relay: boolean;

        /**
         * Encodes the specified ConnMeta message. Does not implicitly {@link kiteq.ConnMeta.verify|verify} messages.
         * @param message ConnMeta message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.ConnMeta.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ConnMeta message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.ConnMeta & kiteq.ConnMeta.$Shape} ConnMeta
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.ConnMeta & kiteq.ConnMeta.$Shape;
    }

    namespace ConnMeta {

        /** Properties of a ConnMeta. */
        interface $Properties {

            /** ConnMeta groupId */
            groupId: Uint8Array;

            /** ConnMeta secretKey */
            secretKey: Uint8Array;

            /** ConnMeta warmingupSec */
            warmingupSec?: (number|null);

            /** ConnMeta relay */
            relay?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ConnMeta. */
        type $Shape = kiteq.ConnMeta.$Properties;
    }

    /**
     * Properties of a ConnAuthAck.
     * @deprecated Use kiteq.ConnAuthAck.$Properties instead.
     */
    interface IConnAuthAck extends kiteq.ConnAuthAck.$Properties {
    }

    /** Represents a ConnAuthAck. */
    class ConnAuthAck {

        /**
         * Constructs a new ConnAuthAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.ConnAuthAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ConnAuthAck status. */
        status: boolean;

        /** ConnAuthAck feedback. */
        feedback: Uint8Array;

        /**
         * Encodes the specified ConnAuthAck message. Does not implicitly {@link kiteq.ConnAuthAck.verify|verify} messages.
         * @param message ConnAuthAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.ConnAuthAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ConnAuthAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.ConnAuthAck & kiteq.ConnAuthAck.$Shape} ConnAuthAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.ConnAuthAck & kiteq.ConnAuthAck.$Shape;
    }

    namespace ConnAuthAck {

        /** Properties of a ConnAuthAck. */
        interface $Properties {

            /** ConnAuthAck status */
            status: boolean;

            /** ConnAuthAck feedback */
            feedback: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ConnAuthAck. */
        type $Shape = kiteq.ConnAuthAck.$Properties;
    }

    /**
     * Properties of a MessageStoreAck.
     * @deprecated Use kiteq.MessageStoreAck.$Properties instead.
     */
    interface IMessageStoreAck extends kiteq.MessageStoreAck.$Properties {
    }

    /** Represents a MessageStoreAck. */
    class MessageStoreAck {

        /**
         * Constructs a new MessageStoreAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.MessageStoreAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** MessageStoreAck messageId. */
        messageId: Uint8Array;

        /** MessageStoreAck status. */
        status: boolean;

        /** MessageStoreAck feedback. */
        feedback: Uint8Array;

        /**
         * Encodes the specified MessageStoreAck message. Does not implicitly {@link kiteq.MessageStoreAck.verify|verify} messages.
         * @param message MessageStoreAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.MessageStoreAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a MessageStoreAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.MessageStoreAck & kiteq.MessageStoreAck.$Shape} MessageStoreAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.MessageStoreAck & kiteq.MessageStoreAck.$Shape;
    }

    namespace MessageStoreAck {

        /** Properties of a MessageStoreAck. */
        interface $Properties {

            /** MessageStoreAck messageId */
            messageId: Uint8Array;

            /** MessageStoreAck status */
            status: boolean;

            /** MessageStoreAck feedback */
            feedback: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a MessageStoreAck. */
        type $Shape = kiteq.MessageStoreAck.$Properties;
    }

    /**
     * Properties of a DeliverAck.
     * @deprecated Use kiteq.DeliverAck.$Properties instead.
     */
    interface IDeliverAck extends kiteq.DeliverAck.$Properties {
    }

    /** Represents a DeliverAck. */
    class DeliverAck {

        /**
         * Constructs a new DeliverAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.DeliverAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DeliverAck messageId. */
        messageId: Uint8Array;

        /** DeliverAck topic. */
        topic: Uint8Array;

        /** DeliverAck messageType. */
        messageType: Uint8Array;

        /** DeliverAck groupId. */
        groupId: Uint8Array;

        /** DeliverAck status. */
        status: boolean;

        /** DeliverAck feedback. */
        feedback: Uint8Array;

        /**
         * Encodes the specified DeliverAck message. Does not implicitly {@link kiteq.DeliverAck.verify|verify} messages.
         * @param message DeliverAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.DeliverAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DeliverAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.DeliverAck & kiteq.DeliverAck.$Shape} DeliverAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.DeliverAck & kiteq.DeliverAck.$Shape;
    }

    namespace DeliverAck {

        /** Properties of a DeliverAck. */
        interface $Properties {

            /** DeliverAck messageId */
            messageId: Uint8Array;

            /** DeliverAck topic */
            topic: Uint8Array;

            /** DeliverAck messageType */
            messageType: Uint8Array;

            /** DeliverAck groupId */
            groupId: Uint8Array;

            /** DeliverAck status */
            status: boolean;

            /** DeliverAck feedback */
            feedback?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DeliverAck. */
        type $Shape = kiteq.DeliverAck.$Properties;
    }

    /**
     * Properties of a TxACKPacket.
     * @deprecated Use kiteq.TxACKPacket.$Properties instead.
     */
    interface ITxACKPacket extends kiteq.TxACKPacket.$Properties {
    }

    /** Represents a TxACKPacket. */
    class TxACKPacket {

        /**
         * Constructs a new TxACKPacket.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.TxACKPacket.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** TxACKPacket header. */
        header: kiteq.Header.$Properties;

        /** TxACKPacket status. */
        status: number;

        /** TxACKPacket feedback. */
        feedback: Uint8Array;

        /**
         * Encodes the specified TxACKPacket message. Does not implicitly {@link kiteq.TxACKPacket.verify|verify} messages.
         * @param message TxACKPacket message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.TxACKPacket.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a TxACKPacket message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.TxACKPacket & kiteq.TxACKPacket.$Shape} TxACKPacket
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.TxACKPacket & kiteq.TxACKPacket.$Shape;
    }

    namespace TxACKPacket {

        /** Properties of a TxACKPacket. */
        interface $Properties {

            /** TxACKPacket header */
            header: kiteq.Header.$Properties;

            /** TxACKPacket status */
            status: number;

            /** TxACKPacket feedback */
            feedback: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a TxACKPacket. */
        type $Shape = kiteq.TxACKPacket.$Properties;
    }

    /**
     * Properties of an Entry.
     * @deprecated Use kiteq.Entry.$Properties instead.
     */
    interface IEntry extends kiteq.Entry.$Properties {
    }

    /** Represents an Entry. */
    class Entry {

        /**
         * Constructs a new Entry.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.Entry.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Entry key. */
        key: Uint8Array;

        /** Entry value. */
        value: Uint8Array;

        /**
         * Encodes the specified Entry message. Does not implicitly {@link kiteq.Entry.verify|verify} messages.
         * @param message Entry message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.Entry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Entry message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.Entry & kiteq.Entry.$Shape} Entry
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Entry & kiteq.Entry.$Shape;
    }

    namespace Entry {

        /** Properties of an Entry. */
        interface $Properties {

            /** Entry key */
            key: Uint8Array;

            /** Entry value */
            value: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Entry. */
        type $Shape = kiteq.Entry.$Properties;
    }

    /**
     * Properties of a Header.
     * @deprecated Use kiteq.Header.$Properties instead.
     */
    interface IHeader extends kiteq.Header.$Properties {
    }

    /** Represents a Header. */
    class Header {

        /**
         * Constructs a new Header.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.Header.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Header messageId. */
        messageId: Uint8Array;

        /** Header topic. */
        topic: Uint8Array;

        /** Header messageType. */
        messageType: Uint8Array;

        /** Header expiredTime. */
        expiredTime: Long;

        /** Header deliverLimit. */
        deliverLimit: number;

        /** Header groupId. */
        groupId: Uint8Array;

        /** Header commit. */
        commit: boolean;

        /** Header fly. */
        fly: boolean;

        /** Header properties. */
        properties: kiteq.Entry.$Properties[];

        /** Header createTime. */
        createTime: Long;

        /** Header snappy. */
        snappy: boolean;

        /**
         * Encodes the specified Header message. Does not implicitly {@link kiteq.Header.verify|verify} messages.
         * @param message Header message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.Header.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.Header & kiteq.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Header & kiteq.Header.$Shape;
    }

    namespace Header {

        /** Properties of a Header. */
        interface $Properties {

            /** Header messageId */
            messageId: Uint8Array;

            /** Header topic */
            topic: Uint8Array;

            /** Header messageType */
            messageType: Uint8Array;

            /** Header expiredTime */
            expiredTime: Long;

            /** Header deliverLimit */
            deliverLimit: number;

            /** Header groupId */
            groupId: Uint8Array;

            /** Header commit */
            commit: boolean;

            /** Header fly */
            fly: boolean;

            /** Header properties */
            properties?: (kiteq.Entry.$Properties[]|null);

            /** Header createTime */
            createTime?: (Long|null);

            /** Header snappy */
            snappy?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Header. */
        type $Shape = kiteq.Header.$Properties;
    }

    /**
     * Properties of a BytesMessage.
     * @deprecated Use kiteq.BytesMessage.$Properties instead.
     */
    interface IBytesMessage extends kiteq.BytesMessage.$Properties {
    }

    /** Represents a BytesMessage. */
    class BytesMessage {

        /**
         * Constructs a new BytesMessage.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.BytesMessage.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** BytesMessage header. */
        header: kiteq.Header.$Properties;

        /** BytesMessage body. */
        body: Uint8Array;

        /**
         * Encodes the specified BytesMessage message. Does not implicitly {@link kiteq.BytesMessage.verify|verify} messages.
         * @param message BytesMessage message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.BytesMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a BytesMessage message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.BytesMessage & kiteq.BytesMessage.$Shape} BytesMessage
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.BytesMessage & kiteq.BytesMessage.$Shape;
    }

    namespace BytesMessage {

        /** Properties of a BytesMessage. */
        interface $Properties {

            /** BytesMessage header */
            header: kiteq.Header.$Properties;

            /** BytesMessage body */
            body: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a BytesMessage. */
        type $Shape = kiteq.BytesMessage.$Properties;
    }

    /**
     * Properties of a StringMessage.
     * @deprecated Use kiteq.StringMessage.$Properties instead.
     */
    interface IStringMessage extends kiteq.StringMessage.$Properties {
    }

    /** Represents a StringMessage. */
    class StringMessage {

        /**
         * Constructs a new StringMessage.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.StringMessage.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** StringMessage header. */
        header: kiteq.Header.$Properties;

        /** StringMessage body. */
        body: Uint8Array;

        /**
         * Encodes the specified StringMessage message. Does not implicitly {@link kiteq.StringMessage.verify|verify} messages.
         * @param message StringMessage message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.StringMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a StringMessage message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.StringMessage & kiteq.StringMessage.$Shape} StringMessage
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.StringMessage & kiteq.StringMessage.$Shape;
    }

    namespace StringMessage {

        /** Properties of a StringMessage. */
        interface $Properties {

            /** StringMessage header */
            header: kiteq.Header.$Properties;

            /** StringMessage body */
            body: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a StringMessage. */
        type $Shape = kiteq.StringMessage.$Properties;
    }

    /**
     * Properties of a Bind.
     * @deprecated Use kiteq.Bind.$Properties instead.
     */
    interface IBind extends kiteq.Bind.$Properties {
    }

    /** Represents a Bind. */
    class Bind {

        /**
         * Constructs a new Bind.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.Bind.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Bind topic. */
        topic: Uint8Array;

        /** Bind bindings. */
        bindings: kiteq.Bind.Binding.$Properties[];

        /**
         * Encodes the specified Bind message. Does not implicitly {@link kiteq.Bind.verify|verify} messages.
         * @param message Bind message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.Bind.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Bind message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.Bind & kiteq.Bind.$Shape} Bind
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Bind & kiteq.Bind.$Shape;
    }

    namespace Bind {

        /** Properties of a Bind. */
        interface $Properties {

            /** Bind topic */
            topic: Uint8Array;

            /** Bind bindings */
            bindings?: (kiteq.Bind.Binding.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Bind. */
        type $Shape = kiteq.Bind.$Properties;

        /**
         * Properties of a Binding.
         * @deprecated Use kiteq.Bind.Binding.$Properties instead.
         */
        interface IBinding extends kiteq.Bind.Binding.$Properties {
        }

        /** Represents a Binding. */
        class Binding {

            /**
             * Constructs a new Binding.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.Bind.Binding.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Binding bindType. */
            bindType: number;

            /** Binding messageType. */
            messageType: Uint8Array;

            /** Binding watermark. */
            watermark: number;

            /** Binding persistent. */
            persistent: boolean;

            /**
             * Encodes the specified Binding message. Does not implicitly {@link kiteq.Bind.Binding.verify|verify} messages.
             * @param message Binding message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.Bind.Binding.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Binding message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.Bind.Binding & kiteq.Bind.Binding.$Shape} Binding
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Bind.Binding & kiteq.Bind.Binding.$Shape;
        }

        namespace Binding {

            /** Properties of a Binding. */
            interface $Properties {

                /** Binding bindType */
                bindType: number;

                /** Binding messageType */
                messageType: Uint8Array;

                /** Binding watermark */
                watermark?: (number|null);

                /** Binding persistent */
                persistent?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Binding. */
            type $Shape = kiteq.Bind.Binding.$Properties;
        }
    }

    /**
     * Properties of an Unbind.
     * @deprecated Use kiteq.Unbind.$Properties instead.
     */
    interface IUnbind extends kiteq.Unbind.$Properties {
    }

    /** Represents an Unbind. */
    class Unbind {

        /**
         * Constructs a new Unbind.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.Unbind.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Unbind topic. */
        topic: Uint8Array;

        /**
         * Encodes the specified Unbind message. Does not implicitly {@link kiteq.Unbind.verify|verify} messages.
         * @param message Unbind message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.Unbind.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Unbind message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.Unbind & kiteq.Unbind.$Shape} Unbind
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Unbind & kiteq.Unbind.$Shape;
    }

    namespace Unbind {

        /** Properties of an Unbind. */
        interface $Properties {

            /** Unbind topic */
            topic: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Unbind. */
        type $Shape = kiteq.Unbind.$Properties;
    }

    /**
     * Properties of a Credit.
     * @deprecated Use kiteq.Credit.$Properties instead.
     */
    interface ICredit extends kiteq.Credit.$Properties {
    }

    /** Represents a Credit. */
    class Credit {

        /**
         * Constructs a new Credit.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.Credit.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Credit window. */
        window: number;

        /** Credit topics. */
        topics: Uint8Array[];

        /**
         * Encodes the specified Credit message. Does not implicitly {@link kiteq.Credit.verify|verify} messages.
         * @param message Credit message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.Credit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Credit message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.Credit & kiteq.Credit.$Shape} Credit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.Credit & kiteq.Credit.$Shape;
    }

    namespace Credit {

        /** Properties of a Credit. */
        interface $Properties {

            /** Credit window */
            window: number;

            /** Credit topics */
            topics?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Credit. */
        type $Shape = kiteq.Credit.$Properties;
    }

    /**
     * Properties of a CommandAck.
     * @deprecated Use kiteq.CommandAck.$Properties instead.
     */
    interface ICommandAck extends kiteq.CommandAck.$Properties {
    }

    /** Represents a CommandAck. */
    class CommandAck {

        /**
         * Constructs a new CommandAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: kiteq.CommandAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CommandAck status. */
        status: boolean;

        /** CommandAck feedback. */
        feedback: Uint8Array;

        /**
         * Encodes the specified CommandAck message. Does not implicitly {@link kiteq.CommandAck.verify|verify} messages.
         * @param message CommandAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: kiteq.CommandAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CommandAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {kiteq.CommandAck & kiteq.CommandAck.$Shape} CommandAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.CommandAck & kiteq.CommandAck.$Shape;
    }

    namespace CommandAck {

        /** Properties of a CommandAck. */
        interface $Properties {

            /** CommandAck status */
            status: boolean;

            /** CommandAck feedback */
            feedback: Uint8Array;

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CommandAck. */
        type $Shape = kiteq.CommandAck.$Properties;
    }
}
