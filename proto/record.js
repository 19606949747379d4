/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["kiteq-record"] || ($protobuf.roots["kiteq-record"] = {});

export const kiteq = $root.kiteq = (() => {

    /**
     * Namespace kiteq.
     * @exports kiteq
     * @namespace
     */
    const kiteq = {};

    kiteq.log = (function() {

        /**
         * Namespace log.
         * @memberof kiteq
         * @namespace
         */
        const log = {};

        log.Started = (function() {

            /**
             * Properties of a Started.
             * @typedef {Object} kiteq.log.Started.$Properties
             * @property {number|null} [epoch] Started epoch
             * @property {number|null} [formatVersion] Started formatVersion
             * @property {string|null} [logId] Started logId
             * @property {string|null} [host] Started host
             * @property {Long|null} [settledWindowMs] Started settledWindowMs
             * @property {number|null} [settledIdsMax] Started settledIdsMax
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Started.
             * @memberof kiteq.log
             * @interface IStarted
             * @augments kiteq.log.Started.$Properties
             * @deprecated Use kiteq.log.Started.$Properties instead.
             */

            /**
             * Shape of a Started.
             * @typedef {kiteq.log.Started.$Properties} kiteq.log.Started.$Shape
             */

            /**
             * Constructs a new Started.
             * @memberof kiteq.log
             * @classdesc Represents a Started.
             * @constructor
             * @param {kiteq.log.Started.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Started = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Started epoch.
             * @member {number} epoch
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.epoch = 0;

            /**
             * Started formatVersion.
             * @member {number} formatVersion
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.formatVersion = 0;

            /**
             * Started logId.
             * @member {string} logId
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.logId = "";

            /**
             * Started host.
             * @member {string} host
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.host = "";

            /**
             * Started settledWindowMs.
             * @member {Long} settledWindowMs
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.settledWindowMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Started settledIdsMax.
             * @member {number} settledIdsMax
             * @memberof kiteq.log.Started
             * @instance
             */
            Started.prototype.settledIdsMax = 0;

            /**
             * Encodes the specified Started message. Does not implicitly {@link kiteq.log.Started.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Started
             * @static
             * @param {kiteq.log.Started.$Properties} message Started message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Started.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.formatVersion != null && $Object.hasOwnProperty.call(message, "formatVersion") && message.formatVersion !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.formatVersion);
                if (message.logId != null && $Object.hasOwnProperty.call(message, "logId") && message.logId !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.logId);
                if (message.host != null && $Object.hasOwnProperty.call(message, "host") && message.host !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.host);
                if (message.settledWindowMs != null && $Object.hasOwnProperty.call(message, "settledWindowMs") && (typeof message.settledWindowMs === "object" ? message.settledWindowMs.low || message.settledWindowMs.high : message.settledWindowMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.settledWindowMs);
                if (message.settledIdsMax != null && $Object.hasOwnProperty.call(message, "settledIdsMax") && message.settledIdsMax !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.settledIdsMax);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Started message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Started
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Started & kiteq.log.Started.$Shape} Started
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Started.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Started();
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
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.formatVersion = value;
                            else
                                delete message.formatVersion;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.logId = value;
                            else
                                delete message.logId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.host = value;
                            else
                                delete message.host;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.settledWindowMs = value;
                            else
                                delete message.settledWindowMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.settledIdsMax = value;
                            else
                                delete message.settledIdsMax;
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
                return message;
            };

            return Started;
        })();

        log.Named = (function() {

            /**
             * Properties of a Named.
             * @typedef {Object} kiteq.log.Named.$Properties
             * @property {kiteq.log.Named.Dictionary|null} [dictionary] Named dictionary
             * @property {number|null} [number] Named number
             * @property {Uint8Array|null} [name] Named name
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Named.
             * @memberof kiteq.log
             * @interface INamed
             * @augments kiteq.log.Named.$Properties
             * @deprecated Use kiteq.log.Named.$Properties instead.
             */

            /**
             * Shape of a Named.
             * @typedef {kiteq.log.Named.$Properties} kiteq.log.Named.$Shape
             */

            /**
             * Constructs a new Named.
             * @memberof kiteq.log
             * @classdesc Represents a Named.
             * @constructor
             * @param {kiteq.log.Named.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Named = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Named dictionary.
             * @member {kiteq.log.Named.Dictionary} dictionary
             * @memberof kiteq.log.Named
             * @instance
             */
            Named.prototype.dictionary = 0;

            /**
             * Named number.
             * @member {number} number
             * @memberof kiteq.log.Named
             * @instance
             */
            Named.prototype.number = 0;

            /**
             * Named name.
             * @member {Uint8Array} name
             * @memberof kiteq.log.Named
             * @instance
             */
            Named.prototype.name = $util.newBuffer([]);

            /**
             * Encodes the specified Named message. Does not implicitly {@link kiteq.log.Named.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Named
             * @static
             * @param {kiteq.log.Named.$Properties} message Named message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Named.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.dictionary != null && $Object.hasOwnProperty.call(message, "dictionary") && message.dictionary !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.dictionary);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && message.number !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.number);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Named message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Named
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Named & kiteq.log.Named.$Shape} Named
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Named.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Named();
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
                            if (value = reader.int32())
                                message.dictionary = value;
                            else
                                delete message.dictionary;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.name = value;
                            else
                                delete message.name;
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
                return message;
            };

            /**
             * Dictionary enum.
             * @name kiteq.log.Named.Dictionary
             * @enum {number}
             * @property {number} TOPIC=0 TOPIC value
             * @property {number} TYPE=1 TYPE value
             * @property {number} GROUP=2 GROUP value
             */
            Named.Dictionary = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "TOPIC"] = 0;
                values[valuesById[1] = "TYPE"] = 1;
                values[valuesById[2] = "GROUP"] = 2;
                return values;
            })();

            return Named;
        })();

        log.Message = (function() {

            /**
             * Properties of a Message.
             * @typedef {Object} kiteq.log.Message.$Properties
             * @property {Uint8Array|null} [id] Message id
             * @property {number|null} [topic] Message topic
             * @property {number|null} [type] Message type
             * @property {number|null} [publisher] Message publisher
             * @property {number|null} [form] Message form
             * @property {Long|null} [content] Message content
             * @property {number|null} [expiresAt] Message expiresAt
             * @property {number|null} [deliverLimit] Message deliverLimit
             * @property {Array.<number>|null} [durableGroups] Message durableGroups
             * @property {Array.<number>|null} [transientGroups] Message transientGroups
             * @property {Uint8Array|null} [message] Message message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Message.
             * @memberof kiteq.log
             * @interface IMessage
             * @augments kiteq.log.Message.$Properties
             * @deprecated Use kiteq.log.Message.$Properties instead.
             */

            /**
             * Shape of a Message.
             * @typedef {kiteq.log.Message.$Properties} kiteq.log.Message.$Shape
             */

            /**
             * Constructs a new Message.
             * @memberof kiteq.log
             * @classdesc Represents a Message.
             * @constructor
             * @param {kiteq.log.Message.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Message = function (properties) {
                this.durableGroups = [];
                this.transientGroups = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Message id.
             * @member {Uint8Array} id
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.id = $util.newBuffer([]);

            /**
             * Message topic.
             * @member {number} topic
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.topic = 0;

            /**
             * Message type.
             * @member {number} type
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.type = 0;

            /**
             * Message publisher.
             * @member {number} publisher
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.publisher = 0;

            /**
             * Message form.
             * @member {number} form
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.form = 0;

            /**
             * Message content.
             * @member {Long} content
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.content = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Message expiresAt.
             * @member {number} expiresAt
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.expiresAt = 0;

            /**
             * Message deliverLimit.
             * @member {number} deliverLimit
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.deliverLimit = 0;

            /**
             * Message durableGroups.
             * @member {Array.<number>} durableGroups
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.durableGroups = $util.emptyArray;

            /**
             * Message transientGroups.
             * @member {Array.<number>} transientGroups
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.transientGroups = $util.emptyArray;

            /**
             * Message message.
             * @member {Uint8Array} message
             * @memberof kiteq.log.Message
             * @instance
             */
            Message.prototype.message = $util.newBuffer([]);

            /**
             * Encodes the specified Message message. Does not implicitly {@link kiteq.log.Message.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Message
             * @static
             * @param {kiteq.log.Message.$Properties} message Message message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Message.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.topic);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.type);
                if (message.publisher != null && $Object.hasOwnProperty.call(message, "publisher") && message.publisher !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.publisher);
                if (message.form != null && $Object.hasOwnProperty.call(message, "form") && message.form !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.form);
                if (message.content != null && $Object.hasOwnProperty.call(message, "content") && (typeof message.content === "object" ? message.content.low || message.content.high : message.content !== 0))
                    writer.uint32(/* id 6, wireType 1 =*/49).fixed64(message.content);
                if (message.expiresAt != null && $Object.hasOwnProperty.call(message, "expiresAt") && message.expiresAt !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.expiresAt);
                if (message.deliverLimit != null && $Object.hasOwnProperty.call(message, "deliverLimit") && message.deliverLimit !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.deliverLimit);
                if (message.durableGroups != null && message.durableGroups.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint32s(message.durableGroups);
                if (message.transientGroups != null && message.transientGroups.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).uint32s(message.transientGroups);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Message message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Message
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Message & kiteq.log.Message.$Shape} Message
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Message.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Message();
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
                            if ((value = reader.bytes()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.publisher = value;
                            else
                                delete message.publisher;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.form = value;
                            else
                                delete message.form;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 1)
                                break;
                            if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                                message.content = value;
                            else
                                delete message.content;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.expiresAt = value;
                            else
                                delete message.expiresAt;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.deliverLimit = value;
                            else
                                delete message.deliverLimit;
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.durableGroups && message.durableGroups.length))
                                    message.durableGroups = [];
                                reader.uint32s(message.durableGroups);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durableGroups && message.durableGroups.length))
                                message.durableGroups = [];
                            message.durableGroups.push(reader.uint32());
                            continue;
                        }
                    case 10: {
                            if (wireType === 2) {
                                if (!(message.transientGroups && message.transientGroups.length))
                                    message.transientGroups = [];
                                reader.uint32s(message.transientGroups);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.transientGroups && message.transientGroups.length))
                                message.transientGroups = [];
                            message.transientGroups.push(reader.uint32());
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.message = value;
                            else
                                delete message.message;
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
                return message;
            };

            return Message;
        })();

        /**
         * Reason enum.
         * @name kiteq.log.Reason
         * @enum {number}
         * @property {number} CLIENT=0 CLIENT value
         * @property {number} INQUIRY=1 INQUIRY value
         * @property {number} EXPIRED=2 EXPIRED value
         * @property {number} OPERATOR=3 OPERATOR value
         */
        log.Reason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CLIENT"] = 0;
            values[valuesById[1] = "INQUIRY"] = 1;
            values[valuesById[2] = "EXPIRED"] = 2;
            values[valuesById[3] = "OPERATOR"] = 3;
            return values;
        })();

        log.Committed = (function() {

            /**
             * Properties of a Committed.
             * @typedef {Object} kiteq.log.Committed.$Properties
             * @property {Long|null} [prepared] Committed prepared
             * @property {Array.<number>|null} [durableGroups] Committed durableGroups
             * @property {Array.<number>|null} [transientGroups] Committed transientGroups
             * @property {kiteq.log.Reason|null} [reason] Committed reason
             * @property {string|null} [feedback] Committed feedback
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Committed.
             * @memberof kiteq.log
             * @interface ICommitted
             * @augments kiteq.log.Committed.$Properties
             * @deprecated Use kiteq.log.Committed.$Properties instead.
             */

            /**
             * Shape of a Committed.
             * @typedef {kiteq.log.Committed.$Properties} kiteq.log.Committed.$Shape
             */

            /**
             * Constructs a new Committed.
             * @memberof kiteq.log
             * @classdesc Represents a Committed.
             * @constructor
             * @param {kiteq.log.Committed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Committed = function (properties) {
                this.durableGroups = [];
                this.transientGroups = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Committed prepared.
             * @member {Long} prepared
             * @memberof kiteq.log.Committed
             * @instance
             */
            Committed.prototype.prepared = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Committed durableGroups.
             * @member {Array.<number>} durableGroups
             * @memberof kiteq.log.Committed
             * @instance
             */
            Committed.prototype.durableGroups = $util.emptyArray;

            /**
             * Committed transientGroups.
             * @member {Array.<number>} transientGroups
             * @memberof kiteq.log.Committed
             * @instance
             */
            Committed.prototype.transientGroups = $util.emptyArray;

            /**
             * Committed reason.
             * @member {kiteq.log.Reason} reason
             * @memberof kiteq.log.Committed
             * @instance
             */
            Committed.prototype.reason = 0;

            /**
             * Committed feedback.
             * @member {string} feedback
             * @memberof kiteq.log.Committed
             * @instance
             */
            Committed.prototype.feedback = "";

            /**
             * Encodes the specified Committed message. Does not implicitly {@link kiteq.log.Committed.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Committed
             * @static
             * @param {kiteq.log.Committed.$Properties} message Committed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Committed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.prepared != null && $Object.hasOwnProperty.call(message, "prepared") && (typeof message.prepared === "object" ? message.prepared.low || message.prepared.high : message.prepared !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.prepared);
                if (message.durableGroups != null && message.durableGroups.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.durableGroups);
                if (message.transientGroups != null && message.transientGroups.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.transientGroups);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.reason);
                if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback") && message.feedback !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.feedback);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Committed message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Committed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Committed & kiteq.log.Committed.$Shape} Committed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Committed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Committed();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prepared = value;
                            else
                                delete message.prepared;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.durableGroups && message.durableGroups.length))
                                    message.durableGroups = [];
                                reader.uint32s(message.durableGroups);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.durableGroups && message.durableGroups.length))
                                message.durableGroups = [];
                            message.durableGroups.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.transientGroups && message.transientGroups.length))
                                    message.transientGroups = [];
                                reader.uint32s(message.transientGroups);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.transientGroups && message.transientGroups.length))
                                message.transientGroups = [];
                            message.transientGroups.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.feedback = value;
                            else
                                delete message.feedback;
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
                return message;
            };

            return Committed;
        })();

        log.RolledBack = (function() {

            /**
             * Properties of a RolledBack.
             * @typedef {Object} kiteq.log.RolledBack.$Properties
             * @property {Long|null} [prepared] RolledBack prepared
             * @property {kiteq.log.Reason|null} [reason] RolledBack reason
             * @property {string|null} [feedback] RolledBack feedback
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RolledBack.
             * @memberof kiteq.log
             * @interface IRolledBack
             * @augments kiteq.log.RolledBack.$Properties
             * @deprecated Use kiteq.log.RolledBack.$Properties instead.
             */

            /**
             * Shape of a RolledBack.
             * @typedef {kiteq.log.RolledBack.$Properties} kiteq.log.RolledBack.$Shape
             */

            /**
             * Constructs a new RolledBack.
             * @memberof kiteq.log
             * @classdesc Represents a RolledBack.
             * @constructor
             * @param {kiteq.log.RolledBack.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RolledBack = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RolledBack prepared.
             * @member {Long} prepared
             * @memberof kiteq.log.RolledBack
             * @instance
             */
            RolledBack.prototype.prepared = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RolledBack reason.
             * @member {kiteq.log.Reason} reason
             * @memberof kiteq.log.RolledBack
             * @instance
             */
            RolledBack.prototype.reason = 0;

            /**
             * RolledBack feedback.
             * @member {string} feedback
             * @memberof kiteq.log.RolledBack
             * @instance
             */
            RolledBack.prototype.feedback = "";

            /**
             * Encodes the specified RolledBack message. Does not implicitly {@link kiteq.log.RolledBack.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.RolledBack
             * @static
             * @param {kiteq.log.RolledBack.$Properties} message RolledBack message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RolledBack.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.prepared != null && $Object.hasOwnProperty.call(message, "prepared") && (typeof message.prepared === "object" ? message.prepared.low || message.prepared.high : message.prepared !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.prepared);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.reason);
                if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback") && message.feedback !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.feedback);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RolledBack message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.RolledBack
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.RolledBack & kiteq.log.RolledBack.$Shape} RolledBack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RolledBack.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.RolledBack();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prepared = value;
                            else
                                delete message.prepared;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.feedback = value;
                            else
                                delete message.feedback;
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
                return message;
            };

            return RolledBack;
        })();

        log.Inquired = (function() {

            /**
             * Properties of an Inquired.
             * @typedef {Object} kiteq.log.Inquired.$Properties
             * @property {Long|null} [prepared] Inquired prepared
             * @property {number|null} [attempt] Inquired attempt
             * @property {number|null} [connection] Inquired connection
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Inquired.
             * @memberof kiteq.log
             * @interface IInquired
             * @augments kiteq.log.Inquired.$Properties
             * @deprecated Use kiteq.log.Inquired.$Properties instead.
             */

            /**
             * Shape of an Inquired.
             * @typedef {kiteq.log.Inquired.$Properties} kiteq.log.Inquired.$Shape
             */

            /**
             * Constructs a new Inquired.
             * @memberof kiteq.log
             * @classdesc Represents an Inquired.
             * @constructor
             * @param {kiteq.log.Inquired.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Inquired = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Inquired prepared.
             * @member {Long} prepared
             * @memberof kiteq.log.Inquired
             * @instance
             */
            Inquired.prototype.prepared = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Inquired attempt.
             * @member {number} attempt
             * @memberof kiteq.log.Inquired
             * @instance
             */
            Inquired.prototype.attempt = 0;

            /**
             * Inquired connection.
             * @member {number} connection
             * @memberof kiteq.log.Inquired
             * @instance
             */
            Inquired.prototype.connection = 0;

            /**
             * Encodes the specified Inquired message. Does not implicitly {@link kiteq.log.Inquired.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Inquired
             * @static
             * @param {kiteq.log.Inquired.$Properties} message Inquired message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Inquired.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.prepared != null && $Object.hasOwnProperty.call(message, "prepared") && (typeof message.prepared === "object" ? message.prepared.low || message.prepared.high : message.prepared !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.prepared);
                if (message.attempt != null && $Object.hasOwnProperty.call(message, "attempt") && message.attempt !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.attempt);
                if (message.connection != null && $Object.hasOwnProperty.call(message, "connection") && message.connection !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.connection);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Inquired message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Inquired
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Inquired & kiteq.log.Inquired.$Shape} Inquired
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Inquired.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Inquired();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prepared = value;
                            else
                                delete message.prepared;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.attempt = value;
                            else
                                delete message.attempt;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.connection = value;
                            else
                                delete message.connection;
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
                return message;
            };

            return Inquired;
        })();

        log.Delivered = (function() {

            /**
             * Properties of a Delivered.
             * @typedef {Object} kiteq.log.Delivered.$Properties
             * @property {number|null} [group] Delivered group
             * @property {number|null} [connection] Delivered connection
             * @property {Array.<Long>|null} [messages] Delivered messages
             * @property {Array.<number>|null} [attempts] Delivered attempts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Delivered.
             * @memberof kiteq.log
             * @interface IDelivered
             * @augments kiteq.log.Delivered.$Properties
             * @deprecated Use kiteq.log.Delivered.$Properties instead.
             */

            /**
             * Shape of a Delivered.
             * @typedef {kiteq.log.Delivered.$Properties} kiteq.log.Delivered.$Shape
             */

            /**
             * Constructs a new Delivered.
             * @memberof kiteq.log
             * @classdesc Represents a Delivered.
             * @constructor
             * @param {kiteq.log.Delivered.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Delivered = function (properties) {
                this.messages = [];
                this.attempts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Delivered group.
             * @member {number} group
             * @memberof kiteq.log.Delivered
             * @instance
             */
            Delivered.prototype.group = 0;

            /**
             * Delivered connection.
             * @member {number} connection
             * @memberof kiteq.log.Delivered
             * @instance
             */
            Delivered.prototype.connection = 0;

            /**
             * Delivered messages.
             * @member {Array.<Long>} messages
             * @memberof kiteq.log.Delivered
             * @instance
             */
            Delivered.prototype.messages = $util.emptyArray;

            /**
             * Delivered attempts.
             * @member {Array.<number>} attempts
             * @memberof kiteq.log.Delivered
             * @instance
             */
            Delivered.prototype.attempts = $util.emptyArray;

            /**
             * Encodes the specified Delivered message. Does not implicitly {@link kiteq.log.Delivered.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Delivered
             * @static
             * @param {kiteq.log.Delivered.$Properties} message Delivered message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Delivered.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.connection != null && $Object.hasOwnProperty.call(message, "connection") && message.connection !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.connection);
                if (message.messages != null && message.messages.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).sint64s(message.messages);
                if (message.attempts != null && message.attempts.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.attempts);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Delivered message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Delivered
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Delivered & kiteq.log.Delivered.$Shape} Delivered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Delivered.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Delivered();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.connection = value;
                            else
                                delete message.connection;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.messages && message.messages.length))
                                    message.messages = [];
                                reader.sint64s(message.messages);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.messages && message.messages.length))
                                message.messages = [];
                            message.messages.push(reader.sint64());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.attempts && message.attempts.length))
                                    message.attempts = [];
                                reader.uint32s(message.attempts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.attempts && message.attempts.length))
                                message.attempts = [];
                            message.attempts.push(reader.uint32());
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
                return message;
            };

            return Delivered;
        })();

        log.Settled = (function() {

            /**
             * Properties of a Settled.
             * @typedef {Object} kiteq.log.Settled.$Properties
             * @property {number|null} [group] Settled group
             * @property {Array.<Long>|null} [messages] Settled messages
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Settled.
             * @memberof kiteq.log
             * @interface ISettled
             * @augments kiteq.log.Settled.$Properties
             * @deprecated Use kiteq.log.Settled.$Properties instead.
             */

            /**
             * Shape of a Settled.
             * @typedef {kiteq.log.Settled.$Properties} kiteq.log.Settled.$Shape
             */

            /**
             * Constructs a new Settled.
             * @memberof kiteq.log
             * @classdesc Represents a Settled.
             * @constructor
             * @param {kiteq.log.Settled.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Settled = function (properties) {
                this.messages = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Settled group.
             * @member {number} group
             * @memberof kiteq.log.Settled
             * @instance
             */
            Settled.prototype.group = 0;

            /**
             * Settled messages.
             * @member {Array.<Long>} messages
             * @memberof kiteq.log.Settled
             * @instance
             */
            Settled.prototype.messages = $util.emptyArray;

            /**
             * Encodes the specified Settled message. Does not implicitly {@link kiteq.log.Settled.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Settled
             * @static
             * @param {kiteq.log.Settled.$Properties} message Settled message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Settled.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.messages != null && message.messages.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).sint64s(message.messages);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Settled message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Settled
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Settled & kiteq.log.Settled.$Shape} Settled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Settled.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Settled();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.messages && message.messages.length))
                                    message.messages = [];
                                reader.sint64s(message.messages);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.messages && message.messages.length))
                                message.messages = [];
                            message.messages.push(reader.sint64());
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
                return message;
            };

            return Settled;
        })();

        /**
         * Cause enum.
         * @name kiteq.log.Cause
         * @enum {number}
         * @property {number} NACK=0 NACK value
         * @property {number} TIMEOUT=1 TIMEOUT value
         * @property {number} CONNECTION_LOST=2 CONNECTION_LOST value
         * @property {number} NOT_SENT=3 NOT_SENT value
         * @property {number} TOO_LARGE=4 TOO_LARGE value
         */
        log.Cause = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "NACK"] = 0;
            values[valuesById[1] = "TIMEOUT"] = 1;
            values[valuesById[2] = "CONNECTION_LOST"] = 2;
            values[valuesById[3] = "NOT_SENT"] = 3;
            values[valuesById[4] = "TOO_LARGE"] = 4;
            return values;
        })();

        log.Failed = (function() {

            /**
             * Properties of a Failed.
             * @typedef {Object} kiteq.log.Failed.$Properties
             * @property {number|null} [group] Failed group
             * @property {Long|null} [message] Failed message
             * @property {kiteq.log.Cause|null} [cause] Failed cause
             * @property {string|null} [feedback] Failed feedback
             * @property {Long|null} [retryAtMs] Failed retryAtMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Failed.
             * @memberof kiteq.log
             * @interface IFailed
             * @augments kiteq.log.Failed.$Properties
             * @deprecated Use kiteq.log.Failed.$Properties instead.
             */

            /**
             * Shape of a Failed.
             * @typedef {kiteq.log.Failed.$Properties} kiteq.log.Failed.$Shape
             */

            /**
             * Constructs a new Failed.
             * @memberof kiteq.log
             * @classdesc Represents a Failed.
             * @constructor
             * @param {kiteq.log.Failed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Failed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Failed group.
             * @member {number} group
             * @memberof kiteq.log.Failed
             * @instance
             */
            Failed.prototype.group = 0;

            /**
             * Failed message.
             * @member {Long} message
             * @memberof kiteq.log.Failed
             * @instance
             */
            Failed.prototype.message = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Failed cause.
             * @member {kiteq.log.Cause} cause
             * @memberof kiteq.log.Failed
             * @instance
             */
            Failed.prototype.cause = 0;

            /**
             * Failed feedback.
             * @member {string} feedback
             * @memberof kiteq.log.Failed
             * @instance
             */
            Failed.prototype.feedback = "";

            /**
             * Failed retryAtMs.
             * @member {Long} retryAtMs
             * @memberof kiteq.log.Failed
             * @instance
             */
            Failed.prototype.retryAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Failed message. Does not implicitly {@link kiteq.log.Failed.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Failed
             * @static
             * @param {kiteq.log.Failed.$Properties} message Failed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Failed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && (typeof message.message === "object" ? message.message.low || message.message.high : message.message !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.message);
                if (message.cause != null && $Object.hasOwnProperty.call(message, "cause") && message.cause !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.cause);
                if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback") && message.feedback !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.feedback);
                if (message.retryAtMs != null && $Object.hasOwnProperty.call(message, "retryAtMs") && (typeof message.retryAtMs === "object" ? message.retryAtMs.low || message.retryAtMs.high : message.retryAtMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.retryAtMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Failed message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Failed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Failed & kiteq.log.Failed.$Shape} Failed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Failed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Failed();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.cause = value;
                            else
                                delete message.cause;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.feedback = value;
                            else
                                delete message.feedback;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.retryAtMs = value;
                            else
                                delete message.retryAtMs;
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
                return message;
            };

            return Failed;
        })();

        /**
         * Death enum.
         * @name kiteq.log.Death
         * @enum {number}
         * @property {number} LIMIT=0 LIMIT value
         * @property {number} LIFE_OVER=1 LIFE_OVER value
         * @property {number} DAMAGED=2 DAMAGED value
         * @property {number} BY_OPERATOR=3 BY_OPERATOR value
         */
        log.Death = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "LIMIT"] = 0;
            values[valuesById[1] = "LIFE_OVER"] = 1;
            values[valuesById[2] = "DAMAGED"] = 2;
            values[valuesById[3] = "BY_OPERATOR"] = 3;
            return values;
        })();

        log.DeadLettered = (function() {

            /**
             * Properties of a DeadLettered.
             * @typedef {Object} kiteq.log.DeadLettered.$Properties
             * @property {number|null} [group] DeadLettered group
             * @property {Long|null} [message] DeadLettered message
             * @property {kiteq.log.Death|null} [reason] DeadLettered reason
             * @property {string|null} [feedback] DeadLettered feedback
             * @property {kiteq.log.DeadLettered.Back.$Properties|null} [back] DeadLettered back
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeadLettered.
             * @memberof kiteq.log
             * @interface IDeadLettered
             * @augments kiteq.log.DeadLettered.$Properties
             * @deprecated Use kiteq.log.DeadLettered.$Properties instead.
             */

            /**
             * Shape of a DeadLettered.
             * @typedef {kiteq.log.DeadLettered.$Properties} kiteq.log.DeadLettered.$Shape
             */

            /**
             * Constructs a new DeadLettered.
             * @memberof kiteq.log
             * @classdesc Represents a DeadLettered.
             * @constructor
             * @param {kiteq.log.DeadLettered.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeadLettered = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeadLettered group.
             * @member {number} group
             * @memberof kiteq.log.DeadLettered
             * @instance
             */
            DeadLettered.prototype.group = 0;

            /**
             * DeadLettered message.
             * @member {Long} message
             * @memberof kiteq.log.DeadLettered
             * @instance
             */
            DeadLettered.prototype.message = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DeadLettered reason.
             * @member {kiteq.log.Death} reason
             * @memberof kiteq.log.DeadLettered
             * @instance
             */
            DeadLettered.prototype.reason = 0;

            /**
             * DeadLettered feedback.
             * @member {string} feedback
             * @memberof kiteq.log.DeadLettered
             * @instance
             */
            DeadLettered.prototype.feedback = "";

            /**
             * DeadLettered back.
             * @member {kiteq.log.DeadLettered.Back.$Properties|null|undefined} back
             * @memberof kiteq.log.DeadLettered
             * @instance
             */
            DeadLettered.prototype.back = null;

            /**
             * Encodes the specified DeadLettered message. Does not implicitly {@link kiteq.log.DeadLettered.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.DeadLettered
             * @static
             * @param {kiteq.log.DeadLettered.$Properties} message DeadLettered message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeadLettered.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && (typeof message.message === "object" ? message.message.low || message.message.high : message.message !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.message);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.reason);
                if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback") && message.feedback !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.feedback);
                if (message.back != null && $Object.hasOwnProperty.call(message, "back"))
                    $root.kiteq.log.DeadLettered.Back.encode(message.back, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeadLettered message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.DeadLettered
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.DeadLettered & kiteq.log.DeadLettered.$Shape} DeadLettered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeadLettered.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.DeadLettered();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.feedback = value;
                            else
                                delete message.feedback;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.back = $root.kiteq.log.DeadLettered.Back.decode(reader, reader.size(), $undefined, _depth + 1, message.back);
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
                return message;
            };

            DeadLettered.Back = (function() {

                /**
                 * Properties of a Back.
                 * @typedef {Object} kiteq.log.DeadLettered.Back.$Properties
                 * @property {Long|null} [undone] Back undone
                 * @property {number|null} [attempts] Back attempts
                 * @property {Long|null} [atMs] Back atMs
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Back.
                 * @memberof kiteq.log.DeadLettered
                 * @interface IBack
                 * @augments kiteq.log.DeadLettered.Back.$Properties
                 * @deprecated Use kiteq.log.DeadLettered.Back.$Properties instead.
                 */

                /**
                 * Shape of a Back.
                 * @typedef {kiteq.log.DeadLettered.Back.$Properties} kiteq.log.DeadLettered.Back.$Shape
                 */

                /**
                 * Constructs a new Back.
                 * @memberof kiteq.log.DeadLettered
                 * @classdesc Represents a Back.
                 * @constructor
                 * @param {kiteq.log.DeadLettered.Back.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Back = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Back undone.
                 * @member {Long} undone
                 * @memberof kiteq.log.DeadLettered.Back
                 * @instance
                 */
                Back.prototype.undone = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Back attempts.
                 * @member {number} attempts
                 * @memberof kiteq.log.DeadLettered.Back
                 * @instance
                 */
                Back.prototype.attempts = 0;

                /**
                 * Back atMs.
                 * @member {Long} atMs
                 * @memberof kiteq.log.DeadLettered.Back
                 * @instance
                 */
                Back.prototype.atMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Encodes the specified Back message. Does not implicitly {@link kiteq.log.DeadLettered.Back.verify|verify} messages.
                 * @function encode
                 * @memberof kiteq.log.DeadLettered.Back
                 * @static
                 * @param {kiteq.log.DeadLettered.Back.$Properties} message Back message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Back.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.undone != null && $Object.hasOwnProperty.call(message, "undone") && (typeof message.undone === "object" ? message.undone.low || message.undone.high : message.undone !== 0))
                        writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.undone);
                    if (message.attempts != null && $Object.hasOwnProperty.call(message, "attempts") && message.attempts !== 0)
                        writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.attempts);
                    if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && (typeof message.atMs === "object" ? message.atMs.low || message.atMs.high : message.atMs !== 0))
                        writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.atMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Back message from the specified reader or buffer.
                 * @function decode
                 * @memberof kiteq.log.DeadLettered.Back
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {kiteq.log.DeadLettered.Back & kiteq.log.DeadLettered.Back.$Shape} Back
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Back.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.kiteq.log.DeadLettered.Back();
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
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.undone = value;
                                else
                                    delete message.undone;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.attempts = value;
                                else
                                    delete message.attempts;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.atMs = value;
                                else
                                    delete message.atMs;
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
                    return message;
                };

                return Back;
            })();

            return DeadLettered;
        })();

        log.Administered = (function() {

            /**
             * Properties of an Administered.
             * @typedef {Object} kiteq.log.Administered.$Properties
             * @property {number|null} [group] Administered group
             * @property {Long|null} [message] Administered message
             * @property {string|null} [who] Administered who
             * @property {kiteq.log.Administered.Was.$Properties|null} [was] Administered was
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Administered.
             * @memberof kiteq.log
             * @interface IAdministered
             * @augments kiteq.log.Administered.$Properties
             * @deprecated Use kiteq.log.Administered.$Properties instead.
             */

            /**
             * Shape of an Administered.
             * @typedef {kiteq.log.Administered.$Properties} kiteq.log.Administered.$Shape
             */

            /**
             * Constructs a new Administered.
             * @memberof kiteq.log
             * @classdesc Represents an Administered.
             * @constructor
             * @param {kiteq.log.Administered.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Administered = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Administered group.
             * @member {number} group
             * @memberof kiteq.log.Administered
             * @instance
             */
            Administered.prototype.group = 0;

            /**
             * Administered message.
             * @member {Long} message
             * @memberof kiteq.log.Administered
             * @instance
             */
            Administered.prototype.message = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Administered who.
             * @member {string} who
             * @memberof kiteq.log.Administered
             * @instance
             */
            Administered.prototype.who = "";

            /**
             * Administered was.
             * @member {kiteq.log.Administered.Was.$Properties|null|undefined} was
             * @memberof kiteq.log.Administered
             * @instance
             */
            Administered.prototype.was = null;

            /**
             * Encodes the specified Administered message. Does not implicitly {@link kiteq.log.Administered.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Administered
             * @static
             * @param {kiteq.log.Administered.$Properties} message Administered message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Administered.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && (typeof message.message === "object" ? message.message.low || message.message.high : message.message !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.message);
                if (message.who != null && $Object.hasOwnProperty.call(message, "who") && message.who !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.who);
                if (message.was != null && $Object.hasOwnProperty.call(message, "was"))
                    $root.kiteq.log.Administered.Was.encode(message.was, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Administered message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Administered
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Administered & kiteq.log.Administered.$Shape} Administered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Administered.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Administered();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.who = value;
                            else
                                delete message.who;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.was = $root.kiteq.log.Administered.Was.decode(reader, reader.size(), $undefined, _depth + 1, message.was);
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
                return message;
            };

            Administered.Was = (function() {

                /**
                 * Properties of a Was.
                 * @typedef {Object} kiteq.log.Administered.Was.$Properties
                 * @property {kiteq.log.Death|null} [reason] Was reason
                 * @property {string|null} [feedback] Was feedback
                 * @property {number|null} [attempts] Was attempts
                 * @property {Long|null} [atMs] Was atMs
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Was.
                 * @memberof kiteq.log.Administered
                 * @interface IWas
                 * @augments kiteq.log.Administered.Was.$Properties
                 * @deprecated Use kiteq.log.Administered.Was.$Properties instead.
                 */

                /**
                 * Shape of a Was.
                 * @typedef {kiteq.log.Administered.Was.$Properties} kiteq.log.Administered.Was.$Shape
                 */

                /**
                 * Constructs a new Was.
                 * @memberof kiteq.log.Administered
                 * @classdesc Represents a Was.
                 * @constructor
                 * @param {kiteq.log.Administered.Was.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Was = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Was reason.
                 * @member {kiteq.log.Death} reason
                 * @memberof kiteq.log.Administered.Was
                 * @instance
                 */
                Was.prototype.reason = 0;

                /**
                 * Was feedback.
                 * @member {string} feedback
                 * @memberof kiteq.log.Administered.Was
                 * @instance
                 */
                Was.prototype.feedback = "";

                /**
                 * Was attempts.
                 * @member {number} attempts
                 * @memberof kiteq.log.Administered.Was
                 * @instance
                 */
                Was.prototype.attempts = 0;

                /**
                 * Was atMs.
                 * @member {Long} atMs
                 * @memberof kiteq.log.Administered.Was
                 * @instance
                 */
                Was.prototype.atMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Encodes the specified Was message. Does not implicitly {@link kiteq.log.Administered.Was.verify|verify} messages.
                 * @function encode
                 * @memberof kiteq.log.Administered.Was
                 * @static
                 * @param {kiteq.log.Administered.Was.$Properties} message Was message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Was.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.reason);
                    if (message.feedback != null && $Object.hasOwnProperty.call(message, "feedback") && message.feedback !== "")
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.feedback);
                    if (message.attempts != null && $Object.hasOwnProperty.call(message, "attempts") && message.attempts !== 0)
                        writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.attempts);
                    if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && (typeof message.atMs === "object" ? message.atMs.low || message.atMs.high : message.atMs !== 0))
                        writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.atMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Was message from the specified reader or buffer.
                 * @function decode
                 * @memberof kiteq.log.Administered.Was
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {kiteq.log.Administered.Was & kiteq.log.Administered.Was.$Shape} Was
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Was.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.kiteq.log.Administered.Was();
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
                                if (value = reader.int32())
                                    message.reason = value;
                                else
                                    delete message.reason;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.feedback = value;
                                else
                                    delete message.feedback;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.attempts = value;
                                else
                                    delete message.attempts;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.atMs = value;
                                else
                                    delete message.atMs;
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
                    return message;
                };

                return Was;
            })();

            return Administered;
        })();

        log.BindingsChanged = (function() {

            /**
             * Properties of a BindingsChanged.
             * @typedef {Object} kiteq.log.BindingsChanged.$Properties
             * @property {kiteq.log.BindingsChanged.Source|null} [source] BindingsChanged source
             * @property {number|null} [topic] BindingsChanged topic
             * @property {number|null} [group] BindingsChanged group
             * @property {Array.<kiteq.log.BindingsChanged.Binding.$Properties>|null} [bindings] BindingsChanged bindings
             * @property {Array.<number>|null} [parks] BindingsChanged parks
             * @property {Array.<number>|null} [unparks] BindingsChanged unparks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BindingsChanged.
             * @memberof kiteq.log
             * @interface IBindingsChanged
             * @augments kiteq.log.BindingsChanged.$Properties
             * @deprecated Use kiteq.log.BindingsChanged.$Properties instead.
             */

            /**
             * Shape of a BindingsChanged.
             * @typedef {kiteq.log.BindingsChanged.$Properties} kiteq.log.BindingsChanged.$Shape
             */

            /**
             * Constructs a new BindingsChanged.
             * @memberof kiteq.log
             * @classdesc Represents a BindingsChanged.
             * @constructor
             * @param {kiteq.log.BindingsChanged.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BindingsChanged = function (properties) {
                this.bindings = [];
                this.parks = [];
                this.unparks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BindingsChanged source.
             * @member {kiteq.log.BindingsChanged.Source} source
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.source = 0;

            /**
             * BindingsChanged topic.
             * @member {number} topic
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.topic = 0;

            /**
             * BindingsChanged group.
             * @member {number} group
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.group = 0;

            /**
             * BindingsChanged bindings.
             * @member {Array.<kiteq.log.BindingsChanged.Binding.$Properties>} bindings
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.bindings = $util.emptyArray;

            /**
             * BindingsChanged parks.
             * @member {Array.<number>} parks
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.parks = $util.emptyArray;

            /**
             * BindingsChanged unparks.
             * @member {Array.<number>} unparks
             * @memberof kiteq.log.BindingsChanged
             * @instance
             */
            BindingsChanged.prototype.unparks = $util.emptyArray;

            /**
             * Encodes the specified BindingsChanged message. Does not implicitly {@link kiteq.log.BindingsChanged.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.BindingsChanged
             * @static
             * @param {kiteq.log.BindingsChanged.$Properties} message BindingsChanged message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BindingsChanged.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.source);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.topic);
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.group);
                if (message.bindings != null && message.bindings.length)
                    for (let i = 0; i < message.bindings.length; ++i)
                        $root.kiteq.log.BindingsChanged.Binding.encode(message.bindings[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.parks != null && message.parks.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.parks);
                if (message.unparks != null && message.unparks.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).uint32s(message.unparks);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BindingsChanged message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.BindingsChanged
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.BindingsChanged & kiteq.log.BindingsChanged.$Shape} BindingsChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BindingsChanged.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.BindingsChanged();
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
                            if (value = reader.int32())
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.bindings && message.bindings.length))
                                message.bindings = [];
                            message.bindings.push($root.kiteq.log.BindingsChanged.Binding.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.parks && message.parks.length))
                                    message.parks = [];
                                reader.uint32s(message.parks);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.parks && message.parks.length))
                                message.parks = [];
                            message.parks.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.unparks && message.unparks.length))
                                    message.unparks = [];
                                reader.uint32s(message.unparks);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.unparks && message.unparks.length))
                                message.unparks = [];
                            message.unparks.push(reader.uint32());
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
                return message;
            };

            /**
             * Source enum.
             * @name kiteq.log.BindingsChanged.Source
             * @enum {number}
             * @property {number} REGISTRY=0 REGISTRY value
             * @property {number} FILE=1 FILE value
             * @property {number} CLIENT_COMMAND=2 CLIENT_COMMAND value
             * @property {number} OPERATOR_COMMAND=3 OPERATOR_COMMAND value
             */
            BindingsChanged.Source = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "REGISTRY"] = 0;
                values[valuesById[1] = "FILE"] = 1;
                values[valuesById[2] = "CLIENT_COMMAND"] = 2;
                values[valuesById[3] = "OPERATOR_COMMAND"] = 3;
                return values;
            })();

            /**
             * BindType enum.
             * @name kiteq.log.BindingsChanged.BindType
             * @enum {number}
             * @property {number} DIRECT=0 DIRECT value
             * @property {number} REGEX=1 REGEX value
             * @property {number} FANOUT=2 FANOUT value
             */
            BindingsChanged.BindType = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "DIRECT"] = 0;
                values[valuesById[1] = "REGEX"] = 1;
                values[valuesById[2] = "FANOUT"] = 2;
                return values;
            })();

            BindingsChanged.Binding = (function() {

                /**
                 * Properties of a Binding.
                 * @typedef {Object} kiteq.log.BindingsChanged.Binding.$Properties
                 * @property {kiteq.log.BindingsChanged.BindType|null} [bindType] Binding bindType
                 * @property {string|null} [messageType] Binding messageType
                 * @property {number|null} [watermark] Binding watermark
                 * @property {boolean|null} [persistent] Binding persistent
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Binding.
                 * @memberof kiteq.log.BindingsChanged
                 * @interface IBinding
                 * @augments kiteq.log.BindingsChanged.Binding.$Properties
                 * @deprecated Use kiteq.log.BindingsChanged.Binding.$Properties instead.
                 */

                /**
                 * Shape of a Binding.
                 * @typedef {kiteq.log.BindingsChanged.Binding.$Properties} kiteq.log.BindingsChanged.Binding.$Shape
                 */

                /**
                 * Constructs a new Binding.
                 * @memberof kiteq.log.BindingsChanged
                 * @classdesc Represents a Binding.
                 * @constructor
                 * @param {kiteq.log.BindingsChanged.Binding.$Properties=} [properties] Properties to set
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
                 * @member {kiteq.log.BindingsChanged.BindType} bindType
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @instance
                 */
                Binding.prototype.bindType = 0;

                /**
                 * Binding messageType.
                 * @member {string} messageType
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @instance
                 */
                Binding.prototype.messageType = "";

                /**
                 * Binding watermark.
                 * @member {number} watermark
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @instance
                 */
                Binding.prototype.watermark = 0;

                /**
                 * Binding persistent.
                 * @member {boolean} persistent
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @instance
                 */
                Binding.prototype.persistent = false;

                /**
                 * Encodes the specified Binding message. Does not implicitly {@link kiteq.log.BindingsChanged.Binding.verify|verify} messages.
                 * @function encode
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @static
                 * @param {kiteq.log.BindingsChanged.Binding.$Properties} message Binding message or plain object to encode
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
                    if (message.bindType != null && $Object.hasOwnProperty.call(message, "bindType") && message.bindType !== 0)
                        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.bindType);
                    if (message.messageType != null && $Object.hasOwnProperty.call(message, "messageType") && message.messageType !== "")
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.messageType);
                    if (message.watermark != null && $Object.hasOwnProperty.call(message, "watermark") && message.watermark !== 0)
                        writer.uint32(/* id 3, wireType 0 =*/24).sint32(message.watermark);
                    if (message.persistent != null && $Object.hasOwnProperty.call(message, "persistent") && message.persistent !== false)
                        writer.uint32(/* id 4, wireType 0 =*/32).bool(message.persistent);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Binding message from the specified reader or buffer.
                 * @function decode
                 * @memberof kiteq.log.BindingsChanged.Binding
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {kiteq.log.BindingsChanged.Binding & kiteq.log.BindingsChanged.Binding.$Shape} Binding
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
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.kiteq.log.BindingsChanged.Binding();
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
                                if (value = reader.int32())
                                    message.bindType = value;
                                else
                                    delete message.bindType;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.messageType = value;
                                else
                                    delete message.messageType;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.sint32())
                                    message.watermark = value;
                                else
                                    delete message.watermark;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.persistent = value;
                                else
                                    delete message.persistent;
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
                    return message;
                };

                return Binding;
            })();

            return BindingsChanged;
        })();

        log.MembersChanged = (function() {

            /**
             * Properties of a MembersChanged.
             * @typedef {Object} kiteq.log.MembersChanged.$Properties
             * @property {number|null} [group] MembersChanged group
             * @property {number|null} [connection] MembersChanged connection
             * @property {string|null} [peer] MembersChanged peer
             * @property {boolean|null} [left] MembersChanged left
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MembersChanged.
             * @memberof kiteq.log
             * @interface IMembersChanged
             * @augments kiteq.log.MembersChanged.$Properties
             * @deprecated Use kiteq.log.MembersChanged.$Properties instead.
             */

            /**
             * Shape of a MembersChanged.
             * @typedef {kiteq.log.MembersChanged.$Properties} kiteq.log.MembersChanged.$Shape
             */

            /**
             * Constructs a new MembersChanged.
             * @memberof kiteq.log
             * @classdesc Represents a MembersChanged.
             * @constructor
             * @param {kiteq.log.MembersChanged.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MembersChanged = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MembersChanged group.
             * @member {number} group
             * @memberof kiteq.log.MembersChanged
             * @instance
             */
            MembersChanged.prototype.group = 0;

            /**
             * MembersChanged connection.
             * @member {number} connection
             * @memberof kiteq.log.MembersChanged
             * @instance
             */
            MembersChanged.prototype.connection = 0;

            /**
             * MembersChanged peer.
             * @member {string} peer
             * @memberof kiteq.log.MembersChanged
             * @instance
             */
            MembersChanged.prototype.peer = "";

            /**
             * MembersChanged left.
             * @member {boolean} left
             * @memberof kiteq.log.MembersChanged
             * @instance
             */
            MembersChanged.prototype.left = false;

            /**
             * Encodes the specified MembersChanged message. Does not implicitly {@link kiteq.log.MembersChanged.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.MembersChanged
             * @static
             * @param {kiteq.log.MembersChanged.$Properties} message MembersChanged message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MembersChanged.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.connection != null && $Object.hasOwnProperty.call(message, "connection") && message.connection !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.connection);
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer") && message.peer !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.peer);
                if (message.left != null && $Object.hasOwnProperty.call(message, "left") && message.left !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.left);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MembersChanged message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.MembersChanged
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.MembersChanged & kiteq.log.MembersChanged.$Shape} MembersChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MembersChanged.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.MembersChanged();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.connection = value;
                            else
                                delete message.connection;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.peer = value;
                            else
                                delete message.peer;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.left = value;
                            else
                                delete message.left;
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
                return message;
            };

            return MembersChanged;
        })();

        log.Operator = (function() {

            /**
             * Properties of an Operator.
             * @typedef {Object} kiteq.log.Operator.$Properties
             * @property {string|null} [who] Operator who
             * @property {string|null} [action] Operator action
             * @property {string|null} [detail] Operator detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Operator.
             * @memberof kiteq.log
             * @interface IOperator
             * @augments kiteq.log.Operator.$Properties
             * @deprecated Use kiteq.log.Operator.$Properties instead.
             */

            /**
             * Shape of an Operator.
             * @typedef {kiteq.log.Operator.$Properties} kiteq.log.Operator.$Shape
             */

            /**
             * Constructs a new Operator.
             * @memberof kiteq.log
             * @classdesc Represents an Operator.
             * @constructor
             * @param {kiteq.log.Operator.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Operator = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Operator who.
             * @member {string} who
             * @memberof kiteq.log.Operator
             * @instance
             */
            Operator.prototype.who = "";

            /**
             * Operator action.
             * @member {string} action
             * @memberof kiteq.log.Operator
             * @instance
             */
            Operator.prototype.action = "";

            /**
             * Operator detail.
             * @member {string} detail
             * @memberof kiteq.log.Operator
             * @instance
             */
            Operator.prototype.detail = "";

            /**
             * Encodes the specified Operator message. Does not implicitly {@link kiteq.log.Operator.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Operator
             * @static
             * @param {kiteq.log.Operator.$Properties} message Operator message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Operator.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.who != null && $Object.hasOwnProperty.call(message, "who") && message.who !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.who);
                if (message.action != null && $Object.hasOwnProperty.call(message, "action") && message.action !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.action);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Operator message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Operator
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Operator & kiteq.log.Operator.$Shape} Operator
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Operator.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Operator();
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
                            if ((value = reader.stringVerify()).length)
                                message.who = value;
                            else
                                delete message.who;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.action = value;
                            else
                                delete message.action;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
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
                return message;
            };

            return Operator;
        })();

        log.Hole = (function() {

            /**
             * Properties of a Hole.
             * @typedef {Object} kiteq.log.Hole.$Properties
             * @property {number|null} [segment] Hole segment
             * @property {Long|null} [position] Hole position
             * @property {Long|null} [length] Hole length
             * @property {Long|null} [firstOffset] Hole firstOffset
             * @property {Long|null} [count] Hole count
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hole.
             * @memberof kiteq.log
             * @interface IHole
             * @augments kiteq.log.Hole.$Properties
             * @deprecated Use kiteq.log.Hole.$Properties instead.
             */

            /**
             * Shape of a Hole.
             * @typedef {kiteq.log.Hole.$Properties} kiteq.log.Hole.$Shape
             */

            /**
             * Constructs a new Hole.
             * @memberof kiteq.log
             * @classdesc Represents a Hole.
             * @constructor
             * @param {kiteq.log.Hole.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hole = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hole segment.
             * @member {number} segment
             * @memberof kiteq.log.Hole
             * @instance
             */
            Hole.prototype.segment = 0;

            /**
             * Hole position.
             * @member {Long} position
             * @memberof kiteq.log.Hole
             * @instance
             */
            Hole.prototype.position = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hole length.
             * @member {Long} length
             * @memberof kiteq.log.Hole
             * @instance
             */
            Hole.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hole firstOffset.
             * @member {Long} firstOffset
             * @memberof kiteq.log.Hole
             * @instance
             */
            Hole.prototype.firstOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hole count.
             * @member {Long} count
             * @memberof kiteq.log.Hole
             * @instance
             */
            Hole.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Hole message. Does not implicitly {@link kiteq.log.Hole.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Hole
             * @static
             * @param {kiteq.log.Hole.$Properties} message Hole message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hole.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.segment != null && $Object.hasOwnProperty.call(message, "segment") && message.segment !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.segment);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.position);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.length);
                if (message.firstOffset != null && $Object.hasOwnProperty.call(message, "firstOffset") && (typeof message.firstOffset === "object" ? message.firstOffset.low || message.firstOffset.high : message.firstOffset !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.firstOffset);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.count);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hole message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Hole
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Hole & kiteq.log.Hole.$Shape} Hole
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hole.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Hole();
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
                            if (value = reader.uint32())
                                message.segment = value;
                            else
                                delete message.segment;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.position = value;
                            else
                                delete message.position;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstOffset = value;
                            else
                                delete message.firstOffset;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
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
                return message;
            };

            return Hole;
        })();

        log.Closed = (function() {

            /**
             * Properties of a Closed.
             * @typedef {Object} kiteq.log.Closed.$Properties
             * @property {boolean|null} [clean] Closed clean
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Closed.
             * @memberof kiteq.log
             * @interface IClosed
             * @augments kiteq.log.Closed.$Properties
             * @deprecated Use kiteq.log.Closed.$Properties instead.
             */

            /**
             * Shape of a Closed.
             * @typedef {kiteq.log.Closed.$Properties} kiteq.log.Closed.$Shape
             */

            /**
             * Constructs a new Closed.
             * @memberof kiteq.log
             * @classdesc Represents a Closed.
             * @constructor
             * @param {kiteq.log.Closed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Closed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Closed clean.
             * @member {boolean} clean
             * @memberof kiteq.log.Closed
             * @instance
             */
            Closed.prototype.clean = false;

            /**
             * Encodes the specified Closed message. Does not implicitly {@link kiteq.log.Closed.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Closed
             * @static
             * @param {kiteq.log.Closed.$Properties} message Closed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Closed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.clean != null && $Object.hasOwnProperty.call(message, "clean") && message.clean !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.clean);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Closed message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Closed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Closed & kiteq.log.Closed.$Shape} Closed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Closed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Closed();
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
                            if (value = reader.bool())
                                message.clean = value;
                            else
                                delete message.clean;
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
                return message;
            };

            return Closed;
        })();

        log.Base = (function() {

            /**
             * Properties of a Base.
             * @typedef {Object} kiteq.log.Base.$Properties
             * @property {Long|null} [at] Base at
             * @property {number|null} [segment] Base segment
             * @property {Long|null} [position] Base position
             * @property {string|null} [digest] Base digest
             * @property {number|null} [part] Base part
             * @property {number|null} [parts] Base parts
             * @property {Uint8Array|null} [sections] Base sections
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Base.
             * @memberof kiteq.log
             * @interface IBase
             * @augments kiteq.log.Base.$Properties
             * @deprecated Use kiteq.log.Base.$Properties instead.
             */

            /**
             * Shape of a Base.
             * @typedef {kiteq.log.Base.$Properties} kiteq.log.Base.$Shape
             */

            /**
             * Constructs a new Base.
             * @memberof kiteq.log
             * @classdesc Represents a Base.
             * @constructor
             * @param {kiteq.log.Base.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Base = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Base at.
             * @member {Long} at
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.at = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Base segment.
             * @member {number} segment
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.segment = 0;

            /**
             * Base position.
             * @member {Long} position
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.position = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Base digest.
             * @member {string} digest
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.digest = "";

            /**
             * Base part.
             * @member {number} part
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.part = 0;

            /**
             * Base parts.
             * @member {number} parts
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.parts = 0;

            /**
             * Base sections.
             * @member {Uint8Array} sections
             * @memberof kiteq.log.Base
             * @instance
             */
            Base.prototype.sections = $util.newBuffer([]);

            /**
             * Encodes the specified Base message. Does not implicitly {@link kiteq.log.Base.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Base
             * @static
             * @param {kiteq.log.Base.$Properties} message Base message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Base.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.at != null && $Object.hasOwnProperty.call(message, "at") && (typeof message.at === "object" ? message.at.low || message.at.high : message.at !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.at);
                if (message.segment != null && $Object.hasOwnProperty.call(message, "segment") && message.segment !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.segment);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.position);
                if (message.digest != null && $Object.hasOwnProperty.call(message, "digest") && message.digest !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.digest);
                if (message.part != null && $Object.hasOwnProperty.call(message, "part") && message.part !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.part);
                if (message.parts != null && $Object.hasOwnProperty.call(message, "parts") && message.parts !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.parts);
                if (message.sections != null && $Object.hasOwnProperty.call(message, "sections") && message.sections.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.sections);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Base message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Base
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Base & kiteq.log.Base.$Shape} Base
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Base.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Base();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.at = value;
                            else
                                delete message.at;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.segment = value;
                            else
                                delete message.segment;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.position = value;
                            else
                                delete message.position;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.digest = value;
                            else
                                delete message.digest;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.part = value;
                            else
                                delete message.part;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.parts = value;
                            else
                                delete message.parts;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sections = value;
                            else
                                delete message.sections;
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
                return message;
            };

            return Base;
        })();

        log.Moved = (function() {

            /**
             * Properties of a Moved.
             * @typedef {Object} kiteq.log.Moved.$Properties
             * @property {Long|null} [of] Moved of
             * @property {number|null} [form] Moved form
             * @property {Uint8Array|null} [message] Moved message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Moved.
             * @memberof kiteq.log
             * @interface IMoved
             * @augments kiteq.log.Moved.$Properties
             * @deprecated Use kiteq.log.Moved.$Properties instead.
             */

            /**
             * Shape of a Moved.
             * @typedef {kiteq.log.Moved.$Properties} kiteq.log.Moved.$Shape
             */

            /**
             * Constructs a new Moved.
             * @memberof kiteq.log
             * @classdesc Represents a Moved.
             * @constructor
             * @param {kiteq.log.Moved.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Moved = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Moved of.
             * @member {Long} of
             * @memberof kiteq.log.Moved
             * @instance
             */
            Moved.prototype.of = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Moved form.
             * @member {number} form
             * @memberof kiteq.log.Moved
             * @instance
             */
            Moved.prototype.form = 0;

            /**
             * Moved message.
             * @member {Uint8Array} message
             * @memberof kiteq.log.Moved
             * @instance
             */
            Moved.prototype.message = $util.newBuffer([]);

            /**
             * Encodes the specified Moved message. Does not implicitly {@link kiteq.log.Moved.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Moved
             * @static
             * @param {kiteq.log.Moved.$Properties} message Moved message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Moved.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.of != null && $Object.hasOwnProperty.call(message, "of") && (typeof message.of === "object" ? message.of.low || message.of.high : message.of !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.of);
                if (message.form != null && $Object.hasOwnProperty.call(message, "form") && message.form !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.form);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Moved message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Moved
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Moved & kiteq.log.Moved.$Shape} Moved
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Moved.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Moved();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.of = value;
                            else
                                delete message.of;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.form = value;
                            else
                                delete message.form;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.message = value;
                            else
                                delete message.message;
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
                return message;
            };

            return Moved;
        })();

        log.Dropped = (function() {

            /**
             * Properties of a Dropped.
             * @typedef {Object} kiteq.log.Dropped.$Properties
             * @property {number|null} [segment] Dropped segment
             * @property {Long|null} [nextOffset] Dropped nextOffset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Dropped.
             * @memberof kiteq.log
             * @interface IDropped
             * @augments kiteq.log.Dropped.$Properties
             * @deprecated Use kiteq.log.Dropped.$Properties instead.
             */

            /**
             * Shape of a Dropped.
             * @typedef {kiteq.log.Dropped.$Properties} kiteq.log.Dropped.$Shape
             */

            /**
             * Constructs a new Dropped.
             * @memberof kiteq.log
             * @classdesc Represents a Dropped.
             * @constructor
             * @param {kiteq.log.Dropped.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Dropped = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Dropped segment.
             * @member {number} segment
             * @memberof kiteq.log.Dropped
             * @instance
             */
            Dropped.prototype.segment = 0;

            /**
             * Dropped nextOffset.
             * @member {Long} nextOffset
             * @memberof kiteq.log.Dropped
             * @instance
             */
            Dropped.prototype.nextOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Dropped message. Does not implicitly {@link kiteq.log.Dropped.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Dropped
             * @static
             * @param {kiteq.log.Dropped.$Properties} message Dropped message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Dropped.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.segment != null && $Object.hasOwnProperty.call(message, "segment") && message.segment !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.segment);
                if (message.nextOffset != null && $Object.hasOwnProperty.call(message, "nextOffset") && (typeof message.nextOffset === "object" ? message.nextOffset.low || message.nextOffset.high : message.nextOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.nextOffset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Dropped message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Dropped
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Dropped & kiteq.log.Dropped.$Shape} Dropped
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Dropped.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Dropped();
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
                            if (value = reader.uint32())
                                message.segment = value;
                            else
                                delete message.segment;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextOffset = value;
                            else
                                delete message.nextOffset;
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
                return message;
            };

            return Dropped;
        })();

        log.Held = (function() {

            /**
             * Properties of a Held.
             * @typedef {Object} kiteq.log.Held.$Properties
             * @property {number|null} [group] Held group
             * @property {string|null} [who] Held who
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Held.
             * @memberof kiteq.log
             * @interface IHeld
             * @augments kiteq.log.Held.$Properties
             * @deprecated Use kiteq.log.Held.$Properties instead.
             */

            /**
             * Shape of a Held.
             * @typedef {kiteq.log.Held.$Properties} kiteq.log.Held.$Shape
             */

            /**
             * Constructs a new Held.
             * @memberof kiteq.log
             * @classdesc Represents a Held.
             * @constructor
             * @param {kiteq.log.Held.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Held = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Held group.
             * @member {number} group
             * @memberof kiteq.log.Held
             * @instance
             */
            Held.prototype.group = 0;

            /**
             * Held who.
             * @member {string} who
             * @memberof kiteq.log.Held
             * @instance
             */
            Held.prototype.who = "";

            /**
             * Encodes the specified Held message. Does not implicitly {@link kiteq.log.Held.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Held
             * @static
             * @param {kiteq.log.Held.$Properties} message Held message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Held.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.group);
                if (message.who != null && $Object.hasOwnProperty.call(message, "who") && message.who !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.who);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Held message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Held
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Held & kiteq.log.Held.$Shape} Held
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Held.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Held();
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
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.who = value;
                            else
                                delete message.who;
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
                return message;
            };

            return Held;
        })();

        log.Recalled = (function() {

            /**
             * Properties of a Recalled.
             * @typedef {Object} kiteq.log.Recalled.$Properties
             * @property {Uint8Array|null} [id] Recalled id
             * @property {number|null} [topic] Recalled topic
             * @property {number|null} [type] Recalled type
             * @property {number|null} [publisher] Recalled publisher
             * @property {number|null} [form] Recalled form
             * @property {Long|null} [content] Recalled content
             * @property {number|null} [expiresAt] Recalled expiresAt
             * @property {number|null} [deliverLimit] Recalled deliverLimit
             * @property {Long|null} [of] Recalled of
             * @property {number|null} [group] Recalled group
             * @property {Uint8Array|null} [message] Recalled message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Recalled.
             * @memberof kiteq.log
             * @interface IRecalled
             * @augments kiteq.log.Recalled.$Properties
             * @deprecated Use kiteq.log.Recalled.$Properties instead.
             */

            /**
             * Shape of a Recalled.
             * @typedef {kiteq.log.Recalled.$Properties} kiteq.log.Recalled.$Shape
             */

            /**
             * Constructs a new Recalled.
             * @memberof kiteq.log
             * @classdesc Represents a Recalled.
             * @constructor
             * @param {kiteq.log.Recalled.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Recalled = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Recalled id.
             * @member {Uint8Array} id
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.id = $util.newBuffer([]);

            /**
             * Recalled topic.
             * @member {number} topic
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.topic = 0;

            /**
             * Recalled type.
             * @member {number} type
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.type = 0;

            /**
             * Recalled publisher.
             * @member {number} publisher
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.publisher = 0;

            /**
             * Recalled form.
             * @member {number} form
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.form = 0;

            /**
             * Recalled content.
             * @member {Long} content
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.content = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Recalled expiresAt.
             * @member {number} expiresAt
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.expiresAt = 0;

            /**
             * Recalled deliverLimit.
             * @member {number} deliverLimit
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.deliverLimit = 0;

            /**
             * Recalled of.
             * @member {Long} of
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.of = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Recalled group.
             * @member {number} group
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.group = 0;

            /**
             * Recalled message.
             * @member {Uint8Array} message
             * @memberof kiteq.log.Recalled
             * @instance
             */
            Recalled.prototype.message = $util.newBuffer([]);

            /**
             * Encodes the specified Recalled message. Does not implicitly {@link kiteq.log.Recalled.verify|verify} messages.
             * @function encode
             * @memberof kiteq.log.Recalled
             * @static
             * @param {kiteq.log.Recalled.$Properties} message Recalled message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Recalled.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.topic);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.type);
                if (message.publisher != null && $Object.hasOwnProperty.call(message, "publisher") && message.publisher !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.publisher);
                if (message.form != null && $Object.hasOwnProperty.call(message, "form") && message.form !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.form);
                if (message.content != null && $Object.hasOwnProperty.call(message, "content") && (typeof message.content === "object" ? message.content.low || message.content.high : message.content !== 0))
                    writer.uint32(/* id 6, wireType 1 =*/49).fixed64(message.content);
                if (message.expiresAt != null && $Object.hasOwnProperty.call(message, "expiresAt") && message.expiresAt !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.expiresAt);
                if (message.deliverLimit != null && $Object.hasOwnProperty.call(message, "deliverLimit") && message.deliverLimit !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.deliverLimit);
                if (message.of != null && $Object.hasOwnProperty.call(message, "of") && (typeof message.of === "object" ? message.of.low || message.of.high : message.of !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.of);
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 10, wireType 0 =*/80).uint32(message.group);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Recalled message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.log.Recalled
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.log.Recalled & kiteq.log.Recalled.$Shape} Recalled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Recalled.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.kiteq.log.Recalled();
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
                            if ((value = reader.bytes()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.publisher = value;
                            else
                                delete message.publisher;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.form = value;
                            else
                                delete message.form;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 1)
                                break;
                            if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                                message.content = value;
                            else
                                delete message.content;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.expiresAt = value;
                            else
                                delete message.expiresAt;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.deliverLimit = value;
                            else
                                delete message.deliverLimit;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.of = value;
                            else
                                delete message.of;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.message = value;
                            else
                                delete message.message;
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
                return message;
            };

            return Recalled;
        })();

        return log;
    })();

    return kiteq;
})();

export {
  $root as default
};
