/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["kiteq-kiteq"] || ($protobuf.roots["kiteq-kiteq"] = {});

export const kiteq = $root.kiteq = (() => {

    /**
     * Namespace kiteq.
     * @exports kiteq
     * @namespace
     */
    const kiteq = {};

    kiteq.HeartBeat = (function() {

        /**
         * Properties of a HeartBeat.
         * @typedef {Object} kiteq.HeartBeat.$Properties
         * @property {Long} version HeartBeat version
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a HeartBeat.
         * @memberof kiteq
         * @interface IHeartBeat
         * @augments kiteq.HeartBeat.$Properties
         * @deprecated Use kiteq.HeartBeat.$Properties instead.
         */

        /**
         * Shape of a HeartBeat.
         * @typedef {kiteq.HeartBeat.$Properties} kiteq.HeartBeat.$Shape
         */

        /**
         * Constructs a new HeartBeat.
         * @memberof kiteq
         * @classdesc Represents a HeartBeat.
         * @constructor
         * @param {kiteq.HeartBeat.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const HeartBeat = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * HeartBeat version.
         * @member {Long} version
         * @memberof kiteq.HeartBeat
         * @instance
         */
        HeartBeat.prototype.version = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Encodes the specified HeartBeat message. Does not implicitly {@link kiteq.HeartBeat.verify|verify} messages.
         * @function encode
         * @memberof kiteq.HeartBeat
         * @static
         * @param {kiteq.HeartBeat.$Properties} message HeartBeat message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        HeartBeat.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 0 =*/8).int64(message.version);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a HeartBeat message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.HeartBeat
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.HeartBeat & kiteq.HeartBeat.$Shape} HeartBeat
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        HeartBeat.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.HeartBeat();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.version = reader.int64();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "version"))
                throw $util.ProtocolError("missing required 'version'", { instance: message });
            return message;
        };

        return HeartBeat;
    })();

    kiteq.ConnMeta = (function() {

        /**
         * Properties of a ConnMeta.
         * @typedef {Object} kiteq.ConnMeta.$Properties
         * @property {Uint8Array} groupId ConnMeta groupId
         * @property {Uint8Array} secretKey ConnMeta secretKey
         * @property {number|null} [warmingupSec] ConnMeta warmingupSec
         * @property {boolean|null} [relay] ConnMeta relay
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ConnMeta.
         * @memberof kiteq
         * @interface IConnMeta
         * @augments kiteq.ConnMeta.$Properties
         * @deprecated Use kiteq.ConnMeta.$Properties instead.
         */

        /**
         * Shape of a ConnMeta.
         * @typedef {kiteq.ConnMeta.$Properties} kiteq.ConnMeta.$Shape
         */

        /**
         * Constructs a new ConnMeta.
         * @memberof kiteq
         * @classdesc Represents a ConnMeta.
         * @constructor
         * @param {kiteq.ConnMeta.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ConnMeta = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ConnMeta groupId.
         * @member {Uint8Array} groupId
         * @memberof kiteq.ConnMeta
         * @instance
         */
        ConnMeta.prototype.groupId = $util.newBuffer([]);

        /**
         * ConnMeta secretKey.
         * @member {Uint8Array} secretKey
         * @memberof kiteq.ConnMeta
         * @instance
         */
        ConnMeta.prototype.secretKey = $util.newBuffer([]);

        /**
         * ConnMeta warmingupSec.
         * @member {number} warmingupSec
         * @memberof kiteq.ConnMeta
         * @instance
         */
        ConnMeta.prototype.warmingupSec = 0;

        /**
         * ConnMeta relay.
         * @member {boolean} relay
         * @memberof kiteq.ConnMeta
         * @instance
         */
        ConnMeta.prototype.relay = false;

        /**
         * Encodes the specified ConnMeta message. Does not implicitly {@link kiteq.ConnMeta.verify|verify} messages.
         * @function encode
         * @memberof kiteq.ConnMeta
         * @static
         * @param {kiteq.ConnMeta.$Properties} message ConnMeta message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ConnMeta.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.groupId);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.secretKey);
            if (message.warmingupSec != null && $Object.hasOwnProperty.call(message, "warmingupSec"))
                writer.uint32(/* id 3, wireType 0 =*/24).int32(message.warmingupSec);
            if (message.relay != null && $Object.hasOwnProperty.call(message, "relay"))
                writer.uint32(/* id 20, wireType 0 =*/160).bool(message.relay);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ConnMeta message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.ConnMeta
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.ConnMeta & kiteq.ConnMeta.$Shape} ConnMeta
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ConnMeta.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.ConnMeta();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.groupId = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.secretKey = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.warmingupSec = reader.int32();
                        continue;
                    }
                case 20: {
                        if (wireType !== 0)
                            break;
                        message.relay = reader.bool();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "groupId"))
                throw $util.ProtocolError("missing required 'groupId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "secretKey"))
                throw $util.ProtocolError("missing required 'secretKey'", { instance: message });
            return message;
        };

        return ConnMeta;
    })();

    kiteq.ConnAuthAck = (function() {

        /**
         * Properties of a ConnAuthAck.
         * @typedef {Object} kiteq.ConnAuthAck.$Properties
         * @property {boolean} status ConnAuthAck status
         * @property {Uint8Array} feedback ConnAuthAck feedback
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ConnAuthAck.
         * @memberof kiteq
         * @interface IConnAuthAck
         * @augments kiteq.ConnAuthAck.$Properties
         * @deprecated Use kiteq.ConnAuthAck.$Properties instead.
         */

        /**
         * Shape of a ConnAuthAck.
         * @typedef {kiteq.ConnAuthAck.$Properties} kiteq.ConnAuthAck.$Shape
         */

        /**
         * Constructs a new ConnAuthAck.
         * @memberof kiteq
         * @classdesc Represents a ConnAuthAck.
         * @constructor
         * @param {kiteq.ConnAuthAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ConnAuthAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ConnAuthAck status.
         * @member {boolean} status
         * @memberof kiteq.ConnAuthAck
         * @instance
         */
        ConnAuthAck.prototype.status = false;

        /**
         * ConnAuthAck feedback.
         * @member {Uint8Array} feedback
         * @memberof kiteq.ConnAuthAck
         * @instance
         */
        ConnAuthAck.prototype.feedback = $util.newBuffer([]);

        /**
         * Encodes the specified ConnAuthAck message. Does not implicitly {@link kiteq.ConnAuthAck.verify|verify} messages.
         * @function encode
         * @memberof kiteq.ConnAuthAck
         * @static
         * @param {kiteq.ConnAuthAck.$Properties} message ConnAuthAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ConnAuthAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 0 =*/8).bool(message.status);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.feedback);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ConnAuthAck message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.ConnAuthAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.ConnAuthAck & kiteq.ConnAuthAck.$Shape} ConnAuthAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ConnAuthAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.ConnAuthAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.status = reader.bool();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.feedback = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "feedback"))
                throw $util.ProtocolError("missing required 'feedback'", { instance: message });
            return message;
        };

        return ConnAuthAck;
    })();

    kiteq.MessageStoreAck = (function() {

        /**
         * Properties of a MessageStoreAck.
         * @typedef {Object} kiteq.MessageStoreAck.$Properties
         * @property {Uint8Array} messageId MessageStoreAck messageId
         * @property {boolean} status MessageStoreAck status
         * @property {Uint8Array} feedback MessageStoreAck feedback
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a MessageStoreAck.
         * @memberof kiteq
         * @interface IMessageStoreAck
         * @augments kiteq.MessageStoreAck.$Properties
         * @deprecated Use kiteq.MessageStoreAck.$Properties instead.
         */

        /**
         * Shape of a MessageStoreAck.
         * @typedef {kiteq.MessageStoreAck.$Properties} kiteq.MessageStoreAck.$Shape
         */

        /**
         * Constructs a new MessageStoreAck.
         * @memberof kiteq
         * @classdesc Represents a MessageStoreAck.
         * @constructor
         * @param {kiteq.MessageStoreAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const MessageStoreAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * MessageStoreAck messageId.
         * @member {Uint8Array} messageId
         * @memberof kiteq.MessageStoreAck
         * @instance
         */
        MessageStoreAck.prototype.messageId = $util.newBuffer([]);

        /**
         * MessageStoreAck status.
         * @member {boolean} status
         * @memberof kiteq.MessageStoreAck
         * @instance
         */
        MessageStoreAck.prototype.status = false;

        /**
         * MessageStoreAck feedback.
         * @member {Uint8Array} feedback
         * @memberof kiteq.MessageStoreAck
         * @instance
         */
        MessageStoreAck.prototype.feedback = $util.newBuffer([]);

        /**
         * Encodes the specified MessageStoreAck message. Does not implicitly {@link kiteq.MessageStoreAck.verify|verify} messages.
         * @function encode
         * @memberof kiteq.MessageStoreAck
         * @static
         * @param {kiteq.MessageStoreAck.$Properties} message MessageStoreAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        MessageStoreAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.messageId);
            writer.uint32(/* id 2, wireType 0 =*/16).bool(message.status);
            writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.feedback);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a MessageStoreAck message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.MessageStoreAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.MessageStoreAck & kiteq.MessageStoreAck.$Shape} MessageStoreAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        MessageStoreAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.MessageStoreAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.messageId = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.status = reader.bool();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.feedback = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "messageId"))
                throw $util.ProtocolError("missing required 'messageId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "feedback"))
                throw $util.ProtocolError("missing required 'feedback'", { instance: message });
            return message;
        };

        return MessageStoreAck;
    })();

    kiteq.DeliverAck = (function() {

        /**
         * Properties of a DeliverAck.
         * @typedef {Object} kiteq.DeliverAck.$Properties
         * @property {Uint8Array} messageId DeliverAck messageId
         * @property {Uint8Array} topic DeliverAck topic
         * @property {Uint8Array} messageType DeliverAck messageType
         * @property {Uint8Array} groupId DeliverAck groupId
         * @property {boolean} status DeliverAck status
         * @property {Uint8Array|null} [feedback] DeliverAck feedback
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a DeliverAck.
         * @memberof kiteq
         * @interface IDeliverAck
         * @augments kiteq.DeliverAck.$Properties
         * @deprecated Use kiteq.DeliverAck.$Properties instead.
         */

        /**
         * Shape of a DeliverAck.
         * @typedef {kiteq.DeliverAck.$Properties} kiteq.DeliverAck.$Shape
         */

        /**
         * Constructs a new DeliverAck.
         * @memberof kiteq
         * @classdesc Represents a DeliverAck.
         * @constructor
         * @param {kiteq.DeliverAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const DeliverAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * DeliverAck messageId.
         * @member {Uint8Array} messageId
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.messageId = $util.newBuffer([]);

        /**
         * DeliverAck topic.
         * @member {Uint8Array} topic
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.topic = $util.newBuffer([]);

        /**
         * DeliverAck messageType.
         * @member {Uint8Array} messageType
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.messageType = $util.newBuffer([]);

        /**
         * DeliverAck groupId.
         * @member {Uint8Array} groupId
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.groupId = $util.newBuffer([]);

        /**
         * DeliverAck status.
         * @member {boolean} status
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.status = false;

        /**
         * DeliverAck feedback.
         * @member {Uint8Array} feedback
         * @memberof kiteq.DeliverAck
         * @instance
         */
        DeliverAck.prototype.feedback = $util.newBuffer([]);

        /**
         * Encodes the specified DeliverAck message. Does not implicitly {@link kiteq.DeliverAck.verify|verify} messages.
         * @function encode
         * @memberof kiteq.DeliverAck
         * @static
         * @param {kiteq.DeliverAck.$Properties} message DeliverAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        DeliverAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.messageId);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.topic);
            writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.messageType);
            writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.groupId);
            writer.uint32(/* id 5, wireType 0 =*/40).bool(message.status);
            if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback"))
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.feedback);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a DeliverAck message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.DeliverAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.DeliverAck & kiteq.DeliverAck.$Shape} DeliverAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        DeliverAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.DeliverAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.messageId = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.topic = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.messageType = reader.bytes();
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.groupId = reader.bytes();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.status = reader.bool();
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.feedback = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "messageId"))
                throw $util.ProtocolError("missing required 'messageId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "topic"))
                throw $util.ProtocolError("missing required 'topic'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "messageType"))
                throw $util.ProtocolError("missing required 'messageType'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "groupId"))
                throw $util.ProtocolError("missing required 'groupId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return DeliverAck;
    })();

    kiteq.TxACKPacket = (function() {

        /**
         * Properties of a TxACKPacket.
         * @typedef {Object} kiteq.TxACKPacket.$Properties
         * @property {kiteq.Header.$Properties} header TxACKPacket header
         * @property {number} status TxACKPacket status
         * @property {Uint8Array} feedback TxACKPacket feedback
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a TxACKPacket.
         * @memberof kiteq
         * @interface ITxACKPacket
         * @augments kiteq.TxACKPacket.$Properties
         * @deprecated Use kiteq.TxACKPacket.$Properties instead.
         */

        /**
         * Shape of a TxACKPacket.
         * @typedef {kiteq.TxACKPacket.$Properties} kiteq.TxACKPacket.$Shape
         */

        /**
         * Constructs a new TxACKPacket.
         * @memberof kiteq
         * @classdesc Represents a TxACKPacket.
         * @constructor
         * @param {kiteq.TxACKPacket.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const TxACKPacket = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * TxACKPacket header.
         * @member {kiteq.Header.$Properties} header
         * @memberof kiteq.TxACKPacket
         * @instance
         */
        TxACKPacket.prototype.header = null;

        /**
         * TxACKPacket status.
         * @member {number} status
         * @memberof kiteq.TxACKPacket
         * @instance
         */
        TxACKPacket.prototype.status = 0;

        /**
         * TxACKPacket feedback.
         * @member {Uint8Array} feedback
         * @memberof kiteq.TxACKPacket
         * @instance
         */
        TxACKPacket.prototype.feedback = $util.newBuffer([]);

        /**
         * Encodes the specified TxACKPacket message. Does not implicitly {@link kiteq.TxACKPacket.verify|verify} messages.
         * @function encode
         * @memberof kiteq.TxACKPacket
         * @static
         * @param {kiteq.TxACKPacket.$Properties} message TxACKPacket message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        TxACKPacket.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            $root.kiteq.Header.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.status);
            writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.feedback);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a TxACKPacket message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.TxACKPacket
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.TxACKPacket & kiteq.TxACKPacket.$Shape} TxACKPacket
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        TxACKPacket.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.TxACKPacket();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.header = $root.kiteq.Header.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.status = reader.int32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.feedback = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "header"))
                throw $util.ProtocolError("missing required 'header'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "feedback"))
                throw $util.ProtocolError("missing required 'feedback'", { instance: message });
            return message;
        };

        return TxACKPacket;
    })();

    kiteq.Entry = (function() {

        /**
         * Properties of an Entry.
         * @typedef {Object} kiteq.Entry.$Properties
         * @property {Uint8Array} key Entry key
         * @property {Uint8Array} value Entry value
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Entry.
         * @memberof kiteq
         * @interface IEntry
         * @augments kiteq.Entry.$Properties
         * @deprecated Use kiteq.Entry.$Properties instead.
         */

        /**
         * Shape of an Entry.
         * @typedef {kiteq.Entry.$Properties} kiteq.Entry.$Shape
         */

        /**
         * Constructs a new Entry.
         * @memberof kiteq
         * @classdesc Represents an Entry.
         * @constructor
         * @param {kiteq.Entry.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Entry = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Entry key.
         * @member {Uint8Array} key
         * @memberof kiteq.Entry
         * @instance
         */
        Entry.prototype.key = $util.newBuffer([]);

        /**
         * Entry value.
         * @member {Uint8Array} value
         * @memberof kiteq.Entry
         * @instance
         */
        Entry.prototype.value = $util.newBuffer([]);

        /**
         * Encodes the specified Entry message. Does not implicitly {@link kiteq.Entry.verify|verify} messages.
         * @function encode
         * @memberof kiteq.Entry
         * @static
         * @param {kiteq.Entry.$Properties} message Entry message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Entry.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.key);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.value);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Entry message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.Entry
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.Entry & kiteq.Entry.$Shape} Entry
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Entry.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.Entry();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.key = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.value = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "key"))
                throw $util.ProtocolError("missing required 'key'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "value"))
                throw $util.ProtocolError("missing required 'value'", { instance: message });
            return message;
        };

        return Entry;
    })();

    kiteq.Header = (function() {

        /**
         * Properties of a Header.
         * @typedef {Object} kiteq.Header.$Properties
         * @property {Uint8Array} messageId Header messageId
         * @property {Uint8Array} topic Header topic
         * @property {Uint8Array} messageType Header messageType
         * @property {Long} expiredTime Header expiredTime
         * @property {number} deliverLimit Header deliverLimit
         * @property {Uint8Array} groupId Header groupId
         * @property {boolean} commit Header commit
         * @property {boolean} fly Header fly
         * @property {Array.<kiteq.Entry.$Properties>|null} [properties] Header properties
         * @property {Long|null} [createTime] Header createTime
         * @property {boolean|null} [snappy] Header snappy
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Header.
         * @memberof kiteq
         * @interface IHeader
         * @augments kiteq.Header.$Properties
         * @deprecated Use kiteq.Header.$Properties instead.
         */

        /**
         * Shape of a Header.
         * @typedef {kiteq.Header.$Properties} kiteq.Header.$Shape
         */

        /**
         * Constructs a new Header.
         * @memberof kiteq
         * @classdesc Represents a Header.
         * @constructor
         * @param {kiteq.Header.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Header = function (properties) {
            this.properties = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Header messageId.
         * @member {Uint8Array} messageId
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.messageId = $util.newBuffer([]);

        /**
         * Header topic.
         * @member {Uint8Array} topic
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.topic = $util.newBuffer([]);

        /**
         * Header messageType.
         * @member {Uint8Array} messageType
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.messageType = $util.newBuffer([]);

        /**
         * Header expiredTime.
         * @member {Long} expiredTime
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.expiredTime = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Header deliverLimit.
         * @member {number} deliverLimit
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.deliverLimit = 0;

        /**
         * Header groupId.
         * @member {Uint8Array} groupId
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.groupId = $util.newBuffer([]);

        /**
         * Header commit.
         * @member {boolean} commit
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.commit = false;

        /**
         * Header fly.
         * @member {boolean} fly
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.fly = false;

        /**
         * Header properties.
         * @member {Array.<kiteq.Entry.$Properties>} properties
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.properties = $util.emptyArray;

        /**
         * Header createTime.
         * @member {Long} createTime
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.createTime = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Header snappy.
         * @member {boolean} snappy
         * @memberof kiteq.Header
         * @instance
         */
        Header.prototype.snappy = false;

        /**
         * Encodes the specified Header message. Does not implicitly {@link kiteq.Header.verify|verify} messages.
         * @function encode
         * @memberof kiteq.Header
         * @static
         * @param {kiteq.Header.$Properties} message Header message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Header.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.messageId);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.topic);
            writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.messageType);
            writer.uint32(/* id 4, wireType 0 =*/32).int64(message.expiredTime);
            writer.uint32(/* id 5, wireType 0 =*/40).int32(message.deliverLimit);
            writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.groupId);
            writer.uint32(/* id 7, wireType 0 =*/56).bool(message.commit);
            writer.uint32(/* id 8, wireType 0 =*/64).bool(message.fly);
            if (message.properties != null && message.properties.length)
                for (let i = 0; i < message.properties.length; ++i)
                    $root.kiteq.Entry.encode(message.properties[i], writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.createTime != null && $Object.hasOwnProperty.call(message, "createTime"))
                writer.uint32(/* id 10, wireType 0 =*/80).int64(message.createTime);
            if (message.snappy != null && $Object.hasOwnProperty.call(message, "snappy"))
                writer.uint32(/* id 11, wireType 0 =*/88).bool(message.snappy);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.Header
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.Header & kiteq.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Header.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.Header();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.messageId = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.topic = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.messageType = reader.bytes();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.expiredTime = reader.int64();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.deliverLimit = reader.int32();
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.groupId = reader.bytes();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.commit = reader.bool();
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.fly = reader.bool();
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        if (!(message.properties && message.properties.length))
                            message.properties = [];
                        message.properties.push($root.kiteq.Entry.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        message.createTime = reader.int64();
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        message.snappy = reader.bool();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "messageId"))
                throw $util.ProtocolError("missing required 'messageId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "topic"))
                throw $util.ProtocolError("missing required 'topic'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "messageType"))
                throw $util.ProtocolError("missing required 'messageType'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "expiredTime"))
                throw $util.ProtocolError("missing required 'expiredTime'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "deliverLimit"))
                throw $util.ProtocolError("missing required 'deliverLimit'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "groupId"))
                throw $util.ProtocolError("missing required 'groupId'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "commit"))
                throw $util.ProtocolError("missing required 'commit'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "fly"))
                throw $util.ProtocolError("missing required 'fly'", { instance: message });
            return message;
        };

        return Header;
    })();

    kiteq.BytesMessage = (function() {

        /**
         * Properties of a BytesMessage.
         * @typedef {Object} kiteq.BytesMessage.$Properties
         * @property {kiteq.Header.$Properties} header BytesMessage header
         * @property {Uint8Array} body BytesMessage body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a BytesMessage.
         * @memberof kiteq
         * @interface IBytesMessage
         * @augments kiteq.BytesMessage.$Properties
         * @deprecated Use kiteq.BytesMessage.$Properties instead.
         */

        /**
         * Shape of a BytesMessage.
         * @typedef {kiteq.BytesMessage.$Properties} kiteq.BytesMessage.$Shape
         */

        /**
         * Constructs a new BytesMessage.
         * @memberof kiteq
         * @classdesc Represents a BytesMessage.
         * @constructor
         * @param {kiteq.BytesMessage.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const BytesMessage = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * BytesMessage header.
         * @member {kiteq.Header.$Properties} header
         * @memberof kiteq.BytesMessage
         * @instance
         */
        BytesMessage.prototype.header = null;

        /**
         * BytesMessage body.
         * @member {Uint8Array} body
         * @memberof kiteq.BytesMessage
         * @instance
         */
        BytesMessage.prototype.body = $util.newBuffer([]);

        /**
         * Encodes the specified BytesMessage message. Does not implicitly {@link kiteq.BytesMessage.verify|verify} messages.
         * @function encode
         * @memberof kiteq.BytesMessage
         * @static
         * @param {kiteq.BytesMessage.$Properties} message BytesMessage message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        BytesMessage.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            $root.kiteq.Header.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a BytesMessage message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.BytesMessage
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.BytesMessage & kiteq.BytesMessage.$Shape} BytesMessage
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        BytesMessage.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.BytesMessage();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.header = $root.kiteq.Header.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.body = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "header"))
                throw $util.ProtocolError("missing required 'header'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "body"))
                throw $util.ProtocolError("missing required 'body'", { instance: message });
            return message;
        };

        return BytesMessage;
    })();

    kiteq.StringMessage = (function() {

        /**
         * Properties of a StringMessage.
         * @typedef {Object} kiteq.StringMessage.$Properties
         * @property {kiteq.Header.$Properties} header StringMessage header
         * @property {Uint8Array} body StringMessage body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a StringMessage.
         * @memberof kiteq
         * @interface IStringMessage
         * @augments kiteq.StringMessage.$Properties
         * @deprecated Use kiteq.StringMessage.$Properties instead.
         */

        /**
         * Shape of a StringMessage.
         * @typedef {kiteq.StringMessage.$Properties} kiteq.StringMessage.$Shape
         */

        /**
         * Constructs a new StringMessage.
         * @memberof kiteq
         * @classdesc Represents a StringMessage.
         * @constructor
         * @param {kiteq.StringMessage.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const StringMessage = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * StringMessage header.
         * @member {kiteq.Header.$Properties} header
         * @memberof kiteq.StringMessage
         * @instance
         */
        StringMessage.prototype.header = null;

        /**
         * StringMessage body.
         * @member {Uint8Array} body
         * @memberof kiteq.StringMessage
         * @instance
         */
        StringMessage.prototype.body = $util.newBuffer([]);

        /**
         * Encodes the specified StringMessage message. Does not implicitly {@link kiteq.StringMessage.verify|verify} messages.
         * @function encode
         * @memberof kiteq.StringMessage
         * @static
         * @param {kiteq.StringMessage.$Properties} message StringMessage message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        StringMessage.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            $root.kiteq.Header.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a StringMessage message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.StringMessage
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.StringMessage & kiteq.StringMessage.$Shape} StringMessage
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        StringMessage.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.StringMessage();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.header = $root.kiteq.Header.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.body = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "header"))
                throw $util.ProtocolError("missing required 'header'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "body"))
                throw $util.ProtocolError("missing required 'body'", { instance: message });
            return message;
        };

        return StringMessage;
    })();

    kiteq.Bind = (function() {

        /**
         * Properties of a Bind.
         * @typedef {Object} kiteq.Bind.$Properties
         * @property {Uint8Array} topic Bind topic
         * @property {Array.<kiteq.Bind.Binding.$Properties>|null} [bindings] Bind bindings
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Bind.
         * @memberof kiteq
         * @interface IBind
         * @augments kiteq.Bind.$Properties
         * @deprecated Use kiteq.Bind.$Properties instead.
         */

        /**
         * Shape of a Bind.
         * @typedef {kiteq.Bind.$Properties} kiteq.Bind.$Shape
         */

        /**
         * Constructs a new Bind.
         * @memberof kiteq
         * @classdesc Represents a Bind.
         * @constructor
         * @param {kiteq.Bind.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Bind = function (properties) {
            this.bindings = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Bind topic.
         * @member {Uint8Array} topic
         * @memberof kiteq.Bind
         * @instance
         */
        Bind.prototype.topic = $util.newBuffer([]);

        /**
         * Bind bindings.
         * @member {Array.<kiteq.Bind.Binding.$Properties>} bindings
         * @memberof kiteq.Bind
         * @instance
         */
        Bind.prototype.bindings = $util.emptyArray;

        /**
         * Encodes the specified Bind message. Does not implicitly {@link kiteq.Bind.verify|verify} messages.
         * @function encode
         * @memberof kiteq.Bind
         * @static
         * @param {kiteq.Bind.$Properties} message Bind message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Bind.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.topic);
            if (message.bindings != null && message.bindings.length)
                for (let i = 0; i < message.bindings.length; ++i)
                    $root.kiteq.Bind.Binding.encode(message.bindings[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Bind message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.Bind
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.Bind & kiteq.Bind.$Shape} Bind
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Bind.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.Bind();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.topic = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.bindings && message.bindings.length))
                            message.bindings = [];
                        message.bindings.push($root.kiteq.Bind.Binding.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "topic"))
                throw $util.ProtocolError("missing required 'topic'", { instance: message });
            return message;
        };

        Bind.Binding = (function() {

            /**
             * Properties of a Binding.
             * @typedef {Object} kiteq.Bind.Binding.$Properties
             * @property {number} bindType Binding bindType
             * @property {Uint8Array} messageType Binding messageType
             * @property {number|null} [watermark] Binding watermark
             * @property {boolean|null} [persistent] Binding persistent
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Binding.
             * @memberof kiteq.Bind
             * @interface IBinding
             * @augments kiteq.Bind.Binding.$Properties
             * @deprecated Use kiteq.Bind.Binding.$Properties instead.
             */

            /**
             * Shape of a Binding.
             * @typedef {kiteq.Bind.Binding.$Properties} kiteq.Bind.Binding.$Shape
             */

            /**
             * Constructs a new Binding.
             * @memberof kiteq.Bind
             * @classdesc Represents a Binding.
             * @constructor
             * @param {kiteq.Bind.Binding.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Binding = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Binding bindType.
             * @member {number} bindType
             * @memberof kiteq.Bind.Binding
             * @instance
             */
            Binding.prototype.bindType = 0;

            /**
             * Binding messageType.
             * @member {Uint8Array} messageType
             * @memberof kiteq.Bind.Binding
             * @instance
             */
            Binding.prototype.messageType = $util.newBuffer([]);

            /**
             * Binding watermark.
             * @member {number} watermark
             * @memberof kiteq.Bind.Binding
             * @instance
             */
            Binding.prototype.watermark = 0;

            /**
             * Binding persistent.
             * @member {boolean} persistent
             * @memberof kiteq.Bind.Binding
             * @instance
             */
            Binding.prototype.persistent = true;

            /**
             * Encodes the specified Binding message. Does not implicitly {@link kiteq.Bind.Binding.verify|verify} messages.
             * @function encode
             * @memberof kiteq.Bind.Binding
             * @static
             * @param {kiteq.Bind.Binding.$Properties} message Binding message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Binding.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.bindType);
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.messageType);
                if (message.watermark != null && $Object.hasOwnProperty.call(message, "watermark"))
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.watermark);
                if (message.persistent != null && $Object.hasOwnProperty.call(message, "persistent"))
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.persistent);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Binding message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.Bind.Binding
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.Bind.Binding & kiteq.Bind.Binding.$Shape} Binding
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Binding.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.Bind.Binding();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            message.bindType = reader.int32();
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.messageType = reader.bytes();
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.watermark = reader.int32();
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.persistent = reader.bool();
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                if (!$Object.hasOwnProperty.call(message, "bindType"))
                    throw $util.ProtocolError("missing required 'bindType'", { instance: message });
                if (!$Object.hasOwnProperty.call(message, "messageType"))
                    throw $util.ProtocolError("missing required 'messageType'", { instance: message });
                return message;
            };

            return Binding;
        })();

        return Bind;
    })();

    kiteq.Unbind = (function() {

        /**
         * Properties of an Unbind.
         * @typedef {Object} kiteq.Unbind.$Properties
         * @property {Uint8Array} topic Unbind topic
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Unbind.
         * @memberof kiteq
         * @interface IUnbind
         * @augments kiteq.Unbind.$Properties
         * @deprecated Use kiteq.Unbind.$Properties instead.
         */

        /**
         * Shape of an Unbind.
         * @typedef {kiteq.Unbind.$Properties} kiteq.Unbind.$Shape
         */

        /**
         * Constructs a new Unbind.
         * @memberof kiteq
         * @classdesc Represents an Unbind.
         * @constructor
         * @param {kiteq.Unbind.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Unbind = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Unbind topic.
         * @member {Uint8Array} topic
         * @memberof kiteq.Unbind
         * @instance
         */
        Unbind.prototype.topic = $util.newBuffer([]);

        /**
         * Encodes the specified Unbind message. Does not implicitly {@link kiteq.Unbind.verify|verify} messages.
         * @function encode
         * @memberof kiteq.Unbind
         * @static
         * @param {kiteq.Unbind.$Properties} message Unbind message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Unbind.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.topic);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Unbind message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.Unbind
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.Unbind & kiteq.Unbind.$Shape} Unbind
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Unbind.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.Unbind();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.topic = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "topic"))
                throw $util.ProtocolError("missing required 'topic'", { instance: message });
            return message;
        };

        return Unbind;
    })();

    kiteq.Credit = (function() {

        /**
         * Properties of a Credit.
         * @typedef {Object} kiteq.Credit.$Properties
         * @property {number} window Credit window
         * @property {Array.<Uint8Array>|null} [topics] Credit topics
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Credit.
         * @memberof kiteq
         * @interface ICredit
         * @augments kiteq.Credit.$Properties
         * @deprecated Use kiteq.Credit.$Properties instead.
         */

        /**
         * Shape of a Credit.
         * @typedef {kiteq.Credit.$Properties} kiteq.Credit.$Shape
         */

        /**
         * Constructs a new Credit.
         * @memberof kiteq
         * @classdesc Represents a Credit.
         * @constructor
         * @param {kiteq.Credit.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Credit = function (properties) {
            this.topics = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Credit window.
         * @member {number} window
         * @memberof kiteq.Credit
         * @instance
         */
        Credit.prototype.window = 0;

        /**
         * Credit topics.
         * @member {Array.<Uint8Array>} topics
         * @memberof kiteq.Credit
         * @instance
         */
        Credit.prototype.topics = $util.emptyArray;

        /**
         * Encodes the specified Credit message. Does not implicitly {@link kiteq.Credit.verify|verify} messages.
         * @function encode
         * @memberof kiteq.Credit
         * @static
         * @param {kiteq.Credit.$Properties} message Credit message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Credit.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 0 =*/8).int32(message.window);
            if (message.topics != null && message.topics.length)
                for (let i = 0; i < message.topics.length; ++i)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.topics[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Credit message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.Credit
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.Credit & kiteq.Credit.$Shape} Credit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Credit.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.Credit();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.window = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.topics && message.topics.length))
                            message.topics = [];
                        message.topics.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "window"))
                throw $util.ProtocolError("missing required 'window'", { instance: message });
            return message;
        };

        return Credit;
    })();

    kiteq.CommandAck = (function() {

        /**
         * Properties of a CommandAck.
         * @typedef {Object} kiteq.CommandAck.$Properties
         * @property {boolean} status CommandAck status
         * @property {Uint8Array} feedback CommandAck feedback
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a CommandAck.
         * @memberof kiteq
         * @interface ICommandAck
         * @augments kiteq.CommandAck.$Properties
         * @deprecated Use kiteq.CommandAck.$Properties instead.
         */

        /**
         * Shape of a CommandAck.
         * @typedef {kiteq.CommandAck.$Properties} kiteq.CommandAck.$Shape
         */

        /**
         * Constructs a new CommandAck.
         * @memberof kiteq
         * @classdesc Represents a CommandAck.
         * @constructor
         * @param {kiteq.CommandAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const CommandAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * CommandAck status.
         * @member {boolean} status
         * @memberof kiteq.CommandAck
         * @instance
         */
        CommandAck.prototype.status = false;

        /**
         * CommandAck feedback.
         * @member {Uint8Array} feedback
         * @memberof kiteq.CommandAck
         * @instance
         */
        CommandAck.prototype.feedback = $util.newBuffer([]);

        /**
         * Encodes the specified CommandAck message. Does not implicitly {@link kiteq.CommandAck.verify|verify} messages.
         * @function encode
         * @memberof kiteq.CommandAck
         * @static
         * @param {kiteq.CommandAck.$Properties} message CommandAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        CommandAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(/* id 1, wireType 0 =*/8).bool(message.status);
            writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.feedback);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a CommandAck message from the specified reader or buffer.
         * @function decode
         * @memberof kiteq.CommandAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {kiteq.CommandAck & kiteq.CommandAck.$Shape} CommandAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        CommandAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.kiteq.CommandAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.status = reader.bool();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.feedback = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "feedback"))
                throw $util.ProtocolError("missing required 'feedback'", { instance: message });
            return message;
        };

        return CommandAck;
    })();

    return kiteq;
})();

export {
  $root as default
};
