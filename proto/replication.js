/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["kiteq-replication"] || ($protobuf.roots["kiteq-replication"] = {});

export const kiteq = $root.kiteq = (() => {

    /**
     * Namespace kiteq.
     * @exports kiteq
     * @namespace
     */
    const kiteq = {};

    kiteq.replication = (function() {

        /**
         * Namespace replication.
         * @memberof kiteq
         * @namespace
         */
        const replication = {};

        replication.Introduction = (function() {

            /**
             * Properties of an Introduction.
             * @typedef {Object} kiteq.replication.Introduction.$Properties
             * @property {string|null} [member] Introduction member
             * @property {number|null} [formatReads] Introduction formatReads
             * @property {number|null} [formatWrites] Introduction formatWrites
             * @property {string|null} [refused] Introduction refused
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Introduction.
             * @memberof kiteq.replication
             * @interface IIntroduction
             * @augments kiteq.replication.Introduction.$Properties
             * @deprecated Use kiteq.replication.Introduction.$Properties instead.
             */

            /**
             * Shape of an Introduction.
             * @typedef {kiteq.replication.Introduction.$Properties} kiteq.replication.Introduction.$Shape
             */

            /**
             * Constructs a new Introduction.
             * @memberof kiteq.replication
             * @classdesc Represents an Introduction.
             * @constructor
             * @param {kiteq.replication.Introduction.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Introduction = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Introduction member.
             * @member {string} member
             * @memberof kiteq.replication.Introduction
             * @instance
             */
            Introduction.prototype.member = "";

            /**
             * Introduction formatReads.
             * @member {number} formatReads
             * @memberof kiteq.replication.Introduction
             * @instance
             */
            Introduction.prototype.formatReads = 0;

            /**
             * Introduction formatWrites.
             * @member {number} formatWrites
             * @memberof kiteq.replication.Introduction
             * @instance
             */
            Introduction.prototype.formatWrites = 0;

            /**
             * Introduction refused.
             * @member {string} refused
             * @memberof kiteq.replication.Introduction
             * @instance
             */
            Introduction.prototype.refused = "";

            /**
             * Encodes the specified Introduction message. Does not implicitly {@link kiteq.replication.Introduction.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Introduction
             * @static
             * @param {kiteq.replication.Introduction.$Properties} message Introduction message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Introduction.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.member);
                if (message.formatReads != null && $Object.hasOwnProperty.call(message, "formatReads") && message.formatReads !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.formatReads);
                if (message.formatWrites != null && $Object.hasOwnProperty.call(message, "formatWrites") && message.formatWrites !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.formatWrites);
                if (message.refused != null && $Object.hasOwnProperty.call(message, "refused") && message.refused !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.refused);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Introduction message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Introduction
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Introduction & kiteq.replication.Introduction.$Shape} Introduction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Introduction.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Introduction();
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
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.formatReads = value;
                            else
                                delete message.formatReads;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.formatWrites = value;
                            else
                                delete message.formatWrites;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.refused = value;
                            else
                                delete message.refused;
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

            return Introduction;
        })();

        replication.Place = (function() {

            /**
             * Properties of a Place.
             * @typedef {Object} kiteq.replication.Place.$Properties
             * @property {Long|null} [offset] Place offset
             * @property {Long|null} [segment] Place segment
             * @property {Long|null} [position] Place position
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Place.
             * @memberof kiteq.replication
             * @interface IPlace
             * @augments kiteq.replication.Place.$Properties
             * @deprecated Use kiteq.replication.Place.$Properties instead.
             */

            /**
             * Shape of a Place.
             * @typedef {kiteq.replication.Place.$Properties} kiteq.replication.Place.$Shape
             */

            /**
             * Constructs a new Place.
             * @memberof kiteq.replication
             * @classdesc Represents a Place.
             * @constructor
             * @param {kiteq.replication.Place.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Place = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Place offset.
             * @member {Long} offset
             * @memberof kiteq.replication.Place
             * @instance
             */
            Place.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Place segment.
             * @member {Long} segment
             * @memberof kiteq.replication.Place
             * @instance
             */
            Place.prototype.segment = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Place position.
             * @member {Long} position
             * @memberof kiteq.replication.Place
             * @instance
             */
            Place.prototype.position = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Place message. Does not implicitly {@link kiteq.replication.Place.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Place
             * @static
             * @param {kiteq.replication.Place.$Properties} message Place message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Place.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.offset);
                if (message.segment != null && $Object.hasOwnProperty.call(message, "segment") && (typeof message.segment === "object" ? message.segment.low || message.segment.high : message.segment !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.segment);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && (typeof message.position === "object" ? message.position.low || message.position.high : message.position !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.position);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Place message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Place
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Place & kiteq.replication.Place.$Shape} Place
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Place.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Place();
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
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
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

            return Place;
        })();

        replication.Pull = (function() {

            /**
             * Properties of a Pull.
             * @typedef {Object} kiteq.replication.Pull.$Properties
             * @property {string|null} [member] Pull member
             * @property {string|null} [copy] Pull copy
             * @property {Long|null} [epoch] Pull epoch
             * @property {Long|null} [lastEpoch] Pull lastEpoch
             * @property {kiteq.replication.Place.$Properties|null} [place] Pull place
             * @property {Long|null} [synced] Pull synced
             * @property {Long|null} [watermark] Pull watermark
             * @property {number|null} [waitMs] Pull waitMs
             * @property {number|null} [bytesMax] Pull bytesMax
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Pull.
             * @memberof kiteq.replication
             * @interface IPull
             * @augments kiteq.replication.Pull.$Properties
             * @deprecated Use kiteq.replication.Pull.$Properties instead.
             */

            /**
             * Shape of a Pull.
             * @typedef {kiteq.replication.Pull.$Properties} kiteq.replication.Pull.$Shape
             */

            /**
             * Constructs a new Pull.
             * @memberof kiteq.replication
             * @classdesc Represents a Pull.
             * @constructor
             * @param {kiteq.replication.Pull.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Pull = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Pull member.
             * @member {string} member
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.member = "";

            /**
             * Pull copy.
             * @member {string} copy
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.copy = "";

            /**
             * Pull epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pull lastEpoch.
             * @member {Long} lastEpoch
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.lastEpoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pull place.
             * @member {kiteq.replication.Place.$Properties|null|undefined} place
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.place = null;

            /**
             * Pull synced.
             * @member {Long} synced
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.synced = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pull watermark.
             * @member {Long} watermark
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.watermark = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pull waitMs.
             * @member {number} waitMs
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.waitMs = 0;

            /**
             * Pull bytesMax.
             * @member {number} bytesMax
             * @memberof kiteq.replication.Pull
             * @instance
             */
            Pull.prototype.bytesMax = 0;

            /**
             * Encodes the specified Pull message. Does not implicitly {@link kiteq.replication.Pull.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Pull
             * @static
             * @param {kiteq.replication.Pull.$Properties} message Pull message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Pull.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.member);
                if (message.copy != null && $Object.hasOwnProperty.call(message, "copy") && message.copy !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.copy);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.epoch);
                if (message.lastEpoch != null && $Object.hasOwnProperty.call(message, "lastEpoch") && (typeof message.lastEpoch === "object" ? message.lastEpoch.low || message.lastEpoch.high : message.lastEpoch !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.lastEpoch);
                if (message.place != null && $Object.hasOwnProperty.call(message, "place"))
                    $root.kiteq.replication.Place.encode(message.place, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.synced != null && $Object.hasOwnProperty.call(message, "synced") && (typeof message.synced === "object" ? message.synced.low || message.synced.high : message.synced !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.synced);
                if (message.watermark != null && $Object.hasOwnProperty.call(message, "watermark") && (typeof message.watermark === "object" ? message.watermark.low || message.watermark.high : message.watermark !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.watermark);
                if (message.waitMs != null && $Object.hasOwnProperty.call(message, "waitMs") && message.waitMs !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.waitMs);
                if (message.bytesMax != null && $Object.hasOwnProperty.call(message, "bytesMax") && message.bytesMax !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.bytesMax);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Pull message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Pull
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Pull & kiteq.replication.Pull.$Shape} Pull
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Pull.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Pull();
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
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.copy = value;
                            else
                                delete message.copy;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastEpoch = value;
                            else
                                delete message.lastEpoch;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.place = $root.kiteq.replication.Place.decode(reader, reader.size(), $undefined, _depth + 1, message.place);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.synced = value;
                            else
                                delete message.synced;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.watermark = value;
                            else
                                delete message.watermark;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.waitMs = value;
                            else
                                delete message.waitMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.bytesMax = value;
                            else
                                delete message.bytesMax;
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

            return Pull;
        })();

        replication.Status = (function() {

            /**
             * Properties of a Status.
             * @typedef {Object} kiteq.replication.Status.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Status.
             * @memberof kiteq.replication
             * @interface IStatus
             * @augments kiteq.replication.Status.$Properties
             * @deprecated Use kiteq.replication.Status.$Properties instead.
             */

            /**
             * Shape of a Status.
             * @typedef {kiteq.replication.Status.$Properties} kiteq.replication.Status.$Shape
             */

            /**
             * Constructs a new Status.
             * @memberof kiteq.replication
             * @classdesc Represents a Status.
             * @constructor
             * @param {kiteq.replication.Status.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Status = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Encodes the specified Status message. Does not implicitly {@link kiteq.replication.Status.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Status
             * @static
             * @param {kiteq.replication.Status.$Properties} message Status message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Status.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Status
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Status & kiteq.replication.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Status.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Status();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
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

            return Status;
        })();

        replication.Request = (function() {

            /**
             * Properties of a Request.
             * @typedef {Object} kiteq.replication.Request.$Properties
             * @property {kiteq.replication.Pull.$Properties|null} [pull] Request pull
             * @property {kiteq.replication.Status.$Properties|null} [status] Request status
             * @property {"pull"|"status"} [question] Request question
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Request.
             * @memberof kiteq.replication
             * @interface IRequest
             * @augments kiteq.replication.Request.$Properties
             * @deprecated Use kiteq.replication.Request.$Properties instead.
             */

            /**
             * Narrowed shape of a Request.
             * @typedef {{
             *   pull?: kiteq.replication.Pull.$Shape|null;
             *   status?: kiteq.replication.Status.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ question?: undefined; pull?: null; status?: null }|{ question?: "pull"; pull: kiteq.replication.Pull.$Shape; status?: null }|{ question?: "status"; pull?: null; status: kiteq.replication.Status.$Shape })
             * )} kiteq.replication.Request.$Shape
             */

            /**
             * Constructs a new Request.
             * @memberof kiteq.replication
             * @classdesc Represents a Request.
             * @constructor
             * @param {kiteq.replication.Request.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Request = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Request pull.
             * @member {kiteq.replication.Pull.$Properties|null|undefined} pull
             * @memberof kiteq.replication.Request
             * @instance
             */
            Request.prototype.pull = null;

            /**
             * Request status.
             * @member {kiteq.replication.Status.$Properties|null|undefined} status
             * @memberof kiteq.replication.Request
             * @instance
             */
            Request.prototype.status = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Request question.
             * @member {"pull"|"status"|undefined} question
             * @memberof kiteq.replication.Request
             * @instance
             */
            $Object.defineProperty(Request.prototype, "question", {
                get: $util.oneOfGetter($oneOfFields = ["pull", "status"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Request message. Does not implicitly {@link kiteq.replication.Request.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Request
             * @static
             * @param {kiteq.replication.Request.$Properties} message Request message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Request.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pull != null && $Object.hasOwnProperty.call(message, "pull"))
                    $root.kiteq.replication.Pull.encode(message.pull, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.kiteq.replication.Status.encode(message.status, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Request
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Request & kiteq.replication.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Request.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Request();
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
                            message.pull = $root.kiteq.replication.Pull.decode(reader, reader.size(), $undefined, _depth + 1, message.pull);
                            message.question = "pull";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.kiteq.replication.Status.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.question = "status";
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

            return Request;
        })();

        replication.Records = (function() {

            /**
             * Properties of a Records.
             * @typedef {Object} kiteq.replication.Records.$Properties
             * @property {kiteq.replication.Place.$Properties|null} [place] Records place
             * @property {kiteq.replication.Place.$Properties|null} [end] Records end
             * @property {number|null} [headerBytes] Records headerBytes
             * @property {number|null} [recordBytes] Records recordBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Records.
             * @memberof kiteq.replication
             * @interface IRecords
             * @augments kiteq.replication.Records.$Properties
             * @deprecated Use kiteq.replication.Records.$Properties instead.
             */

            /**
             * Shape of a Records.
             * @typedef {kiteq.replication.Records.$Properties} kiteq.replication.Records.$Shape
             */

            /**
             * Constructs a new Records.
             * @memberof kiteq.replication
             * @classdesc Represents a Records.
             * @constructor
             * @param {kiteq.replication.Records.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Records = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Records place.
             * @member {kiteq.replication.Place.$Properties|null|undefined} place
             * @memberof kiteq.replication.Records
             * @instance
             */
            Records.prototype.place = null;

            /**
             * Records end.
             * @member {kiteq.replication.Place.$Properties|null|undefined} end
             * @memberof kiteq.replication.Records
             * @instance
             */
            Records.prototype.end = null;

            /**
             * Records headerBytes.
             * @member {number} headerBytes
             * @memberof kiteq.replication.Records
             * @instance
             */
            Records.prototype.headerBytes = 0;

            /**
             * Records recordBytes.
             * @member {number} recordBytes
             * @memberof kiteq.replication.Records
             * @instance
             */
            Records.prototype.recordBytes = 0;

            /**
             * Encodes the specified Records message. Does not implicitly {@link kiteq.replication.Records.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Records
             * @static
             * @param {kiteq.replication.Records.$Properties} message Records message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Records.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.place != null && $Object.hasOwnProperty.call(message, "place"))
                    $root.kiteq.replication.Place.encode(message.place, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.end != null && $Object.hasOwnProperty.call(message, "end"))
                    $root.kiteq.replication.Place.encode(message.end, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.headerBytes != null && $Object.hasOwnProperty.call(message, "headerBytes") && message.headerBytes !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.headerBytes);
                if (message.recordBytes != null && $Object.hasOwnProperty.call(message, "recordBytes") && message.recordBytes !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.recordBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Records
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Records & kiteq.replication.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Records.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Records();
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
                            message.place = $root.kiteq.replication.Place.decode(reader, reader.size(), $undefined, _depth + 1, message.place);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.end = $root.kiteq.replication.Place.decode(reader, reader.size(), $undefined, _depth + 1, message.end);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.headerBytes = value;
                            else
                                delete message.headerBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.recordBytes = value;
                            else
                                delete message.recordBytes;
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

            return Records;
        })();

        replication.Pulled = (function() {

            /**
             * Properties of a Pulled.
             * @typedef {Object} kiteq.replication.Pulled.$Properties
             * @property {Long|null} [epoch] Pulled epoch
             * @property {Long|null} [watermark] Pulled watermark
             * @property {kiteq.replication.Records.$Properties|null} [records] Pulled records
             * @property {Long|null} [end] Pulled end
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Pulled.
             * @memberof kiteq.replication
             * @interface IPulled
             * @augments kiteq.replication.Pulled.$Properties
             * @deprecated Use kiteq.replication.Pulled.$Properties instead.
             */

            /**
             * Shape of a Pulled.
             * @typedef {kiteq.replication.Pulled.$Properties} kiteq.replication.Pulled.$Shape
             */

            /**
             * Constructs a new Pulled.
             * @memberof kiteq.replication
             * @classdesc Represents a Pulled.
             * @constructor
             * @param {kiteq.replication.Pulled.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Pulled = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Pulled epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.Pulled
             * @instance
             */
            Pulled.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pulled watermark.
             * @member {Long} watermark
             * @memberof kiteq.replication.Pulled
             * @instance
             */
            Pulled.prototype.watermark = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Pulled records.
             * @member {kiteq.replication.Records.$Properties|null|undefined} records
             * @memberof kiteq.replication.Pulled
             * @instance
             */
            Pulled.prototype.records = null;

            /**
             * Pulled end.
             * @member {Long} end
             * @memberof kiteq.replication.Pulled
             * @instance
             */
            Pulled.prototype.end = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Pulled message. Does not implicitly {@link kiteq.replication.Pulled.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Pulled
             * @static
             * @param {kiteq.replication.Pulled.$Properties} message Pulled message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Pulled.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.epoch);
                if (message.watermark != null && $Object.hasOwnProperty.call(message, "watermark") && (typeof message.watermark === "object" ? message.watermark.low || message.watermark.high : message.watermark !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.watermark);
                if (message.records != null && $Object.hasOwnProperty.call(message, "records"))
                    $root.kiteq.replication.Records.encode(message.records, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.end != null && $Object.hasOwnProperty.call(message, "end") && (typeof message.end === "object" ? message.end.low || message.end.high : message.end !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.end);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Pulled message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Pulled
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Pulled & kiteq.replication.Pulled.$Shape} Pulled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Pulled.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Pulled();
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
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.watermark = value;
                            else
                                delete message.watermark;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.records = $root.kiteq.replication.Records.decode(reader, reader.size(), $undefined, _depth + 1, message.records);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.end = value;
                            else
                                delete message.end;
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

            return Pulled;
        })();

        replication.Diverged = (function() {

            /**
             * Properties of a Diverged.
             * @typedef {Object} kiteq.replication.Diverged.$Properties
             * @property {Long|null} [epoch] Diverged epoch
             * @property {Long|null} [commonEpoch] Diverged commonEpoch
             * @property {Long|null} [commonEnd] Diverged commonEnd
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Diverged.
             * @memberof kiteq.replication
             * @interface IDiverged
             * @augments kiteq.replication.Diverged.$Properties
             * @deprecated Use kiteq.replication.Diverged.$Properties instead.
             */

            /**
             * Shape of a Diverged.
             * @typedef {kiteq.replication.Diverged.$Properties} kiteq.replication.Diverged.$Shape
             */

            /**
             * Constructs a new Diverged.
             * @memberof kiteq.replication
             * @classdesc Represents a Diverged.
             * @constructor
             * @param {kiteq.replication.Diverged.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Diverged = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Diverged epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.Diverged
             * @instance
             */
            Diverged.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Diverged commonEpoch.
             * @member {Long} commonEpoch
             * @memberof kiteq.replication.Diverged
             * @instance
             */
            Diverged.prototype.commonEpoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Diverged commonEnd.
             * @member {Long} commonEnd
             * @memberof kiteq.replication.Diverged
             * @instance
             */
            Diverged.prototype.commonEnd = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Diverged message. Does not implicitly {@link kiteq.replication.Diverged.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Diverged
             * @static
             * @param {kiteq.replication.Diverged.$Properties} message Diverged message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Diverged.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.epoch);
                if (message.commonEpoch != null && $Object.hasOwnProperty.call(message, "commonEpoch") && (typeof message.commonEpoch === "object" ? message.commonEpoch.low || message.commonEpoch.high : message.commonEpoch !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.commonEpoch);
                if (message.commonEnd != null && $Object.hasOwnProperty.call(message, "commonEnd") && (typeof message.commonEnd === "object" ? message.commonEnd.low || message.commonEnd.high : message.commonEnd !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.commonEnd);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Diverged message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Diverged
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Diverged & kiteq.replication.Diverged.$Shape} Diverged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Diverged.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Diverged();
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
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.commonEpoch = value;
                            else
                                delete message.commonEpoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.commonEnd = value;
                            else
                                delete message.commonEnd;
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

            return Diverged;
        })();

        replication.Dropped = (function() {

            /**
             * Properties of a Dropped.
             * @typedef {Object} kiteq.replication.Dropped.$Properties
             * @property {Long|null} [epoch] Dropped epoch
             * @property {kiteq.replication.Place.$Properties|null} [first] Dropped first
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Dropped.
             * @memberof kiteq.replication
             * @interface IDropped
             * @augments kiteq.replication.Dropped.$Properties
             * @deprecated Use kiteq.replication.Dropped.$Properties instead.
             */

            /**
             * Shape of a Dropped.
             * @typedef {kiteq.replication.Dropped.$Properties} kiteq.replication.Dropped.$Shape
             */

            /**
             * Constructs a new Dropped.
             * @memberof kiteq.replication
             * @classdesc Represents a Dropped.
             * @constructor
             * @param {kiteq.replication.Dropped.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Dropped = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Dropped epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.Dropped
             * @instance
             */
            Dropped.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Dropped first.
             * @member {kiteq.replication.Place.$Properties|null|undefined} first
             * @memberof kiteq.replication.Dropped
             * @instance
             */
            Dropped.prototype.first = null;

            /**
             * Encodes the specified Dropped message. Does not implicitly {@link kiteq.replication.Dropped.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Dropped
             * @static
             * @param {kiteq.replication.Dropped.$Properties} message Dropped message or plain object to encode
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
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.epoch);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first"))
                    $root.kiteq.replication.Place.encode(message.first, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Dropped message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Dropped
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Dropped & kiteq.replication.Dropped.$Shape} Dropped
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
                message = _target || new $root.kiteq.replication.Dropped();
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
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.first = $root.kiteq.replication.Place.decode(reader, reader.size(), $undefined, _depth + 1, message.first);
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

        replication.NotLeader = (function() {

            /**
             * Properties of a NotLeader.
             * @typedef {Object} kiteq.replication.NotLeader.$Properties
             * @property {Long|null} [epoch] NotLeader epoch
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NotLeader.
             * @memberof kiteq.replication
             * @interface INotLeader
             * @augments kiteq.replication.NotLeader.$Properties
             * @deprecated Use kiteq.replication.NotLeader.$Properties instead.
             */

            /**
             * Shape of a NotLeader.
             * @typedef {kiteq.replication.NotLeader.$Properties} kiteq.replication.NotLeader.$Shape
             */

            /**
             * Constructs a new NotLeader.
             * @memberof kiteq.replication
             * @classdesc Represents a NotLeader.
             * @constructor
             * @param {kiteq.replication.NotLeader.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NotLeader = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NotLeader epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.NotLeader
             * @instance
             */
            NotLeader.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified NotLeader message. Does not implicitly {@link kiteq.replication.NotLeader.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.NotLeader
             * @static
             * @param {kiteq.replication.NotLeader.$Properties} message NotLeader message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NotLeader.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.epoch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NotLeader message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.NotLeader
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.NotLeader & kiteq.replication.NotLeader.$Shape} NotLeader
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NotLeader.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.NotLeader();
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
                                message.epoch = value;
                            else
                                delete message.epoch;
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

            return NotLeader;
        })();

        replication.StatusIs = (function() {

            /**
             * Properties of a StatusIs.
             * @typedef {Object} kiteq.replication.StatusIs.$Properties
             * @property {string|null} [member] StatusIs member
             * @property {string|null} [copy] StatusIs copy
             * @property {Long|null} [lastEpoch] StatusIs lastEpoch
             * @property {Long|null} [end] StatusIs end
             * @property {boolean|null} [isUnsure] StatusIs isUnsure
             * @property {Long|null} [epoch] StatusIs epoch
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StatusIs.
             * @memberof kiteq.replication
             * @interface IStatusIs
             * @augments kiteq.replication.StatusIs.$Properties
             * @deprecated Use kiteq.replication.StatusIs.$Properties instead.
             */

            /**
             * Shape of a StatusIs.
             * @typedef {kiteq.replication.StatusIs.$Properties} kiteq.replication.StatusIs.$Shape
             */

            /**
             * Constructs a new StatusIs.
             * @memberof kiteq.replication
             * @classdesc Represents a StatusIs.
             * @constructor
             * @param {kiteq.replication.StatusIs.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StatusIs = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StatusIs member.
             * @member {string} member
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.member = "";

            /**
             * StatusIs copy.
             * @member {string} copy
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.copy = "";

            /**
             * StatusIs lastEpoch.
             * @member {Long} lastEpoch
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.lastEpoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * StatusIs end.
             * @member {Long} end
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.end = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * StatusIs isUnsure.
             * @member {boolean} isUnsure
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.isUnsure = false;

            /**
             * StatusIs epoch.
             * @member {Long} epoch
             * @memberof kiteq.replication.StatusIs
             * @instance
             */
            StatusIs.prototype.epoch = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified StatusIs message. Does not implicitly {@link kiteq.replication.StatusIs.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.StatusIs
             * @static
             * @param {kiteq.replication.StatusIs.$Properties} message StatusIs message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StatusIs.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.member);
                if (message.copy != null && $Object.hasOwnProperty.call(message, "copy") && message.copy !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.copy);
                if (message.lastEpoch != null && $Object.hasOwnProperty.call(message, "lastEpoch") && (typeof message.lastEpoch === "object" ? message.lastEpoch.low || message.lastEpoch.high : message.lastEpoch !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.lastEpoch);
                if (message.end != null && $Object.hasOwnProperty.call(message, "end") && (typeof message.end === "object" ? message.end.low || message.end.high : message.end !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.end);
                if (message.isUnsure != null && $Object.hasOwnProperty.call(message, "isUnsure") && message.isUnsure !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.isUnsure);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && (typeof message.epoch === "object" ? message.epoch.low || message.epoch.high : message.epoch !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.epoch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StatusIs message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.StatusIs
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.StatusIs & kiteq.replication.StatusIs.$Shape} StatusIs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StatusIs.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.StatusIs();
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
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.copy = value;
                            else
                                delete message.copy;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastEpoch = value;
                            else
                                delete message.lastEpoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.end = value;
                            else
                                delete message.end;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.isUnsure = value;
                            else
                                delete message.isUnsure;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.epoch = value;
                            else
                                delete message.epoch;
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

            return StatusIs;
        })();

        replication.Answer = (function() {

            /**
             * Properties of an Answer.
             * @typedef {Object} kiteq.replication.Answer.$Properties
             * @property {kiteq.replication.Pulled.$Properties|null} [pulled] Answer pulled
             * @property {kiteq.replication.Diverged.$Properties|null} [diverged] Answer diverged
             * @property {kiteq.replication.Dropped.$Properties|null} [dropped] Answer dropped
             * @property {kiteq.replication.NotLeader.$Properties|null} [notLeader] Answer notLeader
             * @property {kiteq.replication.StatusIs.$Properties|null} [status] Answer status
             * @property {string|null} [refused] Answer refused
             * @property {"pulled"|"diverged"|"dropped"|"notLeader"|"status"|"refused"} [reply] Answer reply
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Answer.
             * @memberof kiteq.replication
             * @interface IAnswer
             * @augments kiteq.replication.Answer.$Properties
             * @deprecated Use kiteq.replication.Answer.$Properties instead.
             */

            /**
             * Narrowed shape of an Answer.
             * @typedef {{
             *   pulled?: kiteq.replication.Pulled.$Shape|null;
             *   diverged?: kiteq.replication.Diverged.$Shape|null;
             *   dropped?: kiteq.replication.Dropped.$Shape|null;
             *   notLeader?: kiteq.replication.NotLeader.$Shape|null;
             *   status?: kiteq.replication.StatusIs.$Shape|null;
             *   refused?: string|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ reply?: undefined; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "pulled"; pulled: kiteq.replication.Pulled.$Shape; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "diverged"; pulled?: null; diverged: kiteq.replication.Diverged.$Shape; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "dropped"; pulled?: null; diverged?: null; dropped: kiteq.replication.Dropped.$Shape; notLeader?: null; status?: null; refused?: null }|{ reply?: "notLeader"; pulled?: null; diverged?: null; dropped?: null; notLeader: kiteq.replication.NotLeader.$Shape; status?: null; refused?: null }|{ reply?: "status"; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status: kiteq.replication.StatusIs.$Shape; refused?: null }|{ reply?: "refused"; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused: string })
             * )} kiteq.replication.Answer.$Shape
             */

            /**
             * Constructs a new Answer.
             * @memberof kiteq.replication
             * @classdesc Represents an Answer.
             * @constructor
             * @param {kiteq.replication.Answer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Answer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Answer pulled.
             * @member {kiteq.replication.Pulled.$Properties|null|undefined} pulled
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.pulled = null;

            /**
             * Answer diverged.
             * @member {kiteq.replication.Diverged.$Properties|null|undefined} diverged
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.diverged = null;

            /**
             * Answer dropped.
             * @member {kiteq.replication.Dropped.$Properties|null|undefined} dropped
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.dropped = null;

            /**
             * Answer notLeader.
             * @member {kiteq.replication.NotLeader.$Properties|null|undefined} notLeader
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.notLeader = null;

            /**
             * Answer status.
             * @member {kiteq.replication.StatusIs.$Properties|null|undefined} status
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.status = null;

            /**
             * Answer refused.
             * @member {string|null|undefined} refused
             * @memberof kiteq.replication.Answer
             * @instance
             */
            Answer.prototype.refused = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Answer reply.
             * @member {"pulled"|"diverged"|"dropped"|"notLeader"|"status"|"refused"|undefined} reply
             * @memberof kiteq.replication.Answer
             * @instance
             */
            $Object.defineProperty(Answer.prototype, "reply", {
                get: $util.oneOfGetter($oneOfFields = ["pulled", "diverged", "dropped", "notLeader", "status", "refused"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Answer message. Does not implicitly {@link kiteq.replication.Answer.verify|verify} messages.
             * @function encode
             * @memberof kiteq.replication.Answer
             * @static
             * @param {kiteq.replication.Answer.$Properties} message Answer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Answer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pulled != null && $Object.hasOwnProperty.call(message, "pulled"))
                    $root.kiteq.replication.Pulled.encode(message.pulled, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.diverged != null && $Object.hasOwnProperty.call(message, "diverged"))
                    $root.kiteq.replication.Diverged.encode(message.diverged, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.dropped != null && $Object.hasOwnProperty.call(message, "dropped"))
                    $root.kiteq.replication.Dropped.encode(message.dropped, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.notLeader != null && $Object.hasOwnProperty.call(message, "notLeader"))
                    $root.kiteq.replication.NotLeader.encode(message.notLeader, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.kiteq.replication.StatusIs.encode(message.status, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.refused != null && $Object.hasOwnProperty.call(message, "refused"))
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.refused);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Answer message from the specified reader or buffer.
             * @function decode
             * @memberof kiteq.replication.Answer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {kiteq.replication.Answer & kiteq.replication.Answer.$Shape} Answer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Answer.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.kiteq.replication.Answer();
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
                            message.pulled = $root.kiteq.replication.Pulled.decode(reader, reader.size(), $undefined, _depth + 1, message.pulled);
                            message.reply = "pulled";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.diverged = $root.kiteq.replication.Diverged.decode(reader, reader.size(), $undefined, _depth + 1, message.diverged);
                            message.reply = "diverged";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.dropped = $root.kiteq.replication.Dropped.decode(reader, reader.size(), $undefined, _depth + 1, message.dropped);
                            message.reply = "dropped";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.notLeader = $root.kiteq.replication.NotLeader.decode(reader, reader.size(), $undefined, _depth + 1, message.notLeader);
                            message.reply = "notLeader";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.kiteq.replication.StatusIs.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.reply = "status";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.refused = reader.stringVerify();
                            message.reply = "refused";
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

            return Answer;
        })();

        return replication;
    })();

    return kiteq;
})();

export {
  $root as default
};
