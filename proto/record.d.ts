import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace kiteq. */
export namespace kiteq {

    /** Namespace log. */
    namespace log {

        /**
         * Properties of a Started.
         * @deprecated Use kiteq.log.Started.$Properties instead.
         */
        interface IStarted extends kiteq.log.Started.$Properties {
        }

        /** Represents a Started. */
        class Started {

            /**
             * Constructs a new Started.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Started.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Started epoch. */
            epoch: number;

            /** Started formatVersion. */
            formatVersion: number;

            /** Started logId. */
            logId: string;

            /** Started host. */
            host: string;

            /** Started settledWindowMs. */
            settledWindowMs: Long;

            /** Started settledIdsMax. */
            settledIdsMax: number;

            /**
             * Encodes the specified Started message. Does not implicitly {@link kiteq.log.Started.verify|verify} messages.
             * @param message Started message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Started.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Started message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Started & kiteq.log.Started.$Shape} Started
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Started & kiteq.log.Started.$Shape;
        }

        namespace Started {

            /** Properties of a Started. */
            interface $Properties {

                /** Started epoch */
                epoch?: (number|null);

                /** Started formatVersion */
                formatVersion?: (number|null);

                /** Started logId */
                logId?: (string|null);

                /** Started host */
                host?: (string|null);

                /** Started settledWindowMs */
                settledWindowMs?: (Long|null);

                /** Started settledIdsMax */
                settledIdsMax?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Started. */
            type $Shape = kiteq.log.Started.$Properties;
        }

        /**
         * Properties of a Named.
         * @deprecated Use kiteq.log.Named.$Properties instead.
         */
        interface INamed extends kiteq.log.Named.$Properties {
        }

        /** Represents a Named. */
        class Named {

            /**
             * Constructs a new Named.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Named.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Named dictionary. */
            dictionary: kiteq.log.Named.Dictionary;

            /** Named number. */
            number: number;

            /** Named name. */
            name: Uint8Array;

            /**
             * Encodes the specified Named message. Does not implicitly {@link kiteq.log.Named.verify|verify} messages.
             * @param message Named message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Named.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Named message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Named & kiteq.log.Named.$Shape} Named
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Named & kiteq.log.Named.$Shape;
        }

        namespace Named {

            /** Properties of a Named. */
            interface $Properties {

                /** Named dictionary */
                dictionary?: (kiteq.log.Named.Dictionary|null);

                /** Named number */
                number?: (number|null);

                /** Named name */
                name?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Named. */
            type $Shape = kiteq.log.Named.$Properties;

            /** Dictionary enum. */
            enum Dictionary {

                /** TOPIC value */
                TOPIC = 0,

                /** TYPE value */
                TYPE = 1,

                /** GROUP value */
                GROUP = 2
            }
        }

        /**
         * Properties of a Message.
         * @deprecated Use kiteq.log.Message.$Properties instead.
         */
        interface IMessage extends kiteq.log.Message.$Properties {
        }

        /** Represents a Message. */
        class Message {

            /**
             * Constructs a new Message.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Message.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Message id. */
            id: Uint8Array;

            /** Message topic. */
            topic: number;

            /** Message type. */
            type: number;

            /** Message publisher. */
            publisher: number;

            /** Message form. */
            form: number;

            /** Message content. */
            content: Long;

            /** Message expiresAt. */
            expiresAt: number;

            /** Message deliverLimit. */
            deliverLimit: number;

            /** Message durableGroups. */
            durableGroups: number[];

            /** Message transientGroups. */
            transientGroups: number[];

            /** Message message. */
            message: Uint8Array;

            /**
             * Encodes the specified Message message. Does not implicitly {@link kiteq.log.Message.verify|verify} messages.
             * @param message Message message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Message.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Message message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Message & kiteq.log.Message.$Shape} Message
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Message & kiteq.log.Message.$Shape;
        }

        namespace Message {

            /** Properties of a Message. */
            interface $Properties {

                /** Message id */
                id?: (Uint8Array|null);

                /** Message topic */
                topic?: (number|null);

                /** Message type */
                type?: (number|null);

                /** Message publisher */
                publisher?: (number|null);

                /** Message form */
                form?: (number|null);

                /** Message content */
                content?: (Long|null);

                /** Message expiresAt */
                expiresAt?: (number|null);

                /** Message deliverLimit */
                deliverLimit?: (number|null);

                /** Message durableGroups */
                durableGroups?: (number[]|null);

                /** Message transientGroups */
                transientGroups?: (number[]|null);

                /** Message message */
                message?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Message. */
            type $Shape = kiteq.log.Message.$Properties;
        }

        /** Reason enum. */
        enum Reason {

            /** CLIENT value */
            CLIENT = 0,

            /** INQUIRY value */
            INQUIRY = 1,

            /** EXPIRED value */
            EXPIRED = 2,

            /** OPERATOR value */
            OPERATOR = 3
        }

        /**
         * Properties of a Committed.
         * @deprecated Use kiteq.log.Committed.$Properties instead.
         */
        interface ICommitted extends kiteq.log.Committed.$Properties {
        }

        /** Represents a Committed. */
        class Committed {

            /**
             * Constructs a new Committed.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Committed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Committed prepared. */
            prepared: Long;

            /** Committed durableGroups. */
            durableGroups: number[];

            /** Committed transientGroups. */
            transientGroups: number[];

            /** Committed reason. */
            reason: kiteq.log.Reason;

            /** Committed feedback. */
            feedback: string;

            /**
             * Encodes the specified Committed message. Does not implicitly {@link kiteq.log.Committed.verify|verify} messages.
             * @param message Committed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Committed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Committed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Committed & kiteq.log.Committed.$Shape} Committed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Committed & kiteq.log.Committed.$Shape;
        }

        namespace Committed {

            /** Properties of a Committed. */
            interface $Properties {

                /** Committed prepared */
                prepared?: (Long|null);

                /** Committed durableGroups */
                durableGroups?: (number[]|null);

                /** Committed transientGroups */
                transientGroups?: (number[]|null);

                /** Committed reason */
                reason?: (kiteq.log.Reason|null);

                /** Committed feedback */
                feedback?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Committed. */
            type $Shape = kiteq.log.Committed.$Properties;
        }

        /**
         * Properties of a RolledBack.
         * @deprecated Use kiteq.log.RolledBack.$Properties instead.
         */
        interface IRolledBack extends kiteq.log.RolledBack.$Properties {
        }

        /** Represents a RolledBack. */
        class RolledBack {

            /**
             * Constructs a new RolledBack.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.RolledBack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RolledBack prepared. */
            prepared: Long;

            /** RolledBack reason. */
            reason: kiteq.log.Reason;

            /** RolledBack feedback. */
            feedback: string;

            /**
             * Encodes the specified RolledBack message. Does not implicitly {@link kiteq.log.RolledBack.verify|verify} messages.
             * @param message RolledBack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.RolledBack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RolledBack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.RolledBack & kiteq.log.RolledBack.$Shape} RolledBack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.RolledBack & kiteq.log.RolledBack.$Shape;
        }

        namespace RolledBack {

            /** Properties of a RolledBack. */
            interface $Properties {

                /** RolledBack prepared */
                prepared?: (Long|null);

                /** RolledBack reason */
                reason?: (kiteq.log.Reason|null);

                /** RolledBack feedback */
                feedback?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RolledBack. */
            type $Shape = kiteq.log.RolledBack.$Properties;
        }

        /**
         * Properties of an Inquired.
         * @deprecated Use kiteq.log.Inquired.$Properties instead.
         */
        interface IInquired extends kiteq.log.Inquired.$Properties {
        }

        /** Represents an Inquired. */
        class Inquired {

            /**
             * Constructs a new Inquired.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Inquired.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Inquired prepared. */
            prepared: Long;

            /** Inquired attempt. */
            attempt: number;

            /** Inquired connection. */
            connection: number;

            /**
             * Encodes the specified Inquired message. Does not implicitly {@link kiteq.log.Inquired.verify|verify} messages.
             * @param message Inquired message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Inquired.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Inquired message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Inquired & kiteq.log.Inquired.$Shape} Inquired
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Inquired & kiteq.log.Inquired.$Shape;
        }

        namespace Inquired {

            /** Properties of an Inquired. */
            interface $Properties {

                /** Inquired prepared */
                prepared?: (Long|null);

                /** Inquired attempt */
                attempt?: (number|null);

                /** Inquired connection */
                connection?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Inquired. */
            type $Shape = kiteq.log.Inquired.$Properties;
        }

        /**
         * Properties of a Delivered.
         * @deprecated Use kiteq.log.Delivered.$Properties instead.
         */
        interface IDelivered extends kiteq.log.Delivered.$Properties {
        }

        /** Represents a Delivered. */
        class Delivered {

            /**
             * Constructs a new Delivered.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Delivered.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Delivered group. */
            group: number;

            /** Delivered connection. */
            connection: number;

            /** Delivered messages. */
            messages: Long[];

            /** Delivered attempts. */
            attempts: number[];

            /**
             * Encodes the specified Delivered message. Does not implicitly {@link kiteq.log.Delivered.verify|verify} messages.
             * @param message Delivered message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Delivered.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Delivered message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Delivered & kiteq.log.Delivered.$Shape} Delivered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Delivered & kiteq.log.Delivered.$Shape;
        }

        namespace Delivered {

            /** Properties of a Delivered. */
            interface $Properties {

                /** Delivered group */
                group?: (number|null);

                /** Delivered connection */
                connection?: (number|null);

                /** Delivered messages */
                messages?: (Long[]|null);

                /** Delivered attempts */
                attempts?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Delivered. */
            type $Shape = kiteq.log.Delivered.$Properties;
        }

        /**
         * Properties of a Settled.
         * @deprecated Use kiteq.log.Settled.$Properties instead.
         */
        interface ISettled extends kiteq.log.Settled.$Properties {
        }

        /** Represents a Settled. */
        class Settled {

            /**
             * Constructs a new Settled.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Settled.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Settled group. */
            group: number;

            /** Settled messages. */
            messages: Long[];

            /**
             * Encodes the specified Settled message. Does not implicitly {@link kiteq.log.Settled.verify|verify} messages.
             * @param message Settled message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Settled.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Settled message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Settled & kiteq.log.Settled.$Shape} Settled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Settled & kiteq.log.Settled.$Shape;
        }

        namespace Settled {

            /** Properties of a Settled. */
            interface $Properties {

                /** Settled group */
                group?: (number|null);

                /** Settled messages */
                messages?: (Long[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Settled. */
            type $Shape = kiteq.log.Settled.$Properties;
        }

        /** Cause enum. */
        enum Cause {

            /** NACK value */
            NACK = 0,

            /** TIMEOUT value */
            TIMEOUT = 1,

            /** CONNECTION_LOST value */
            CONNECTION_LOST = 2,

            /** NOT_SENT value */
            NOT_SENT = 3,

            /** TOO_LARGE value */
            TOO_LARGE = 4
        }

        /**
         * Properties of a Failed.
         * @deprecated Use kiteq.log.Failed.$Properties instead.
         */
        interface IFailed extends kiteq.log.Failed.$Properties {
        }

        /** Represents a Failed. */
        class Failed {

            /**
             * Constructs a new Failed.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Failed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Failed group. */
            group: number;

            /** Failed message. */
            message: Long;

            /** Failed cause. */
            cause: kiteq.log.Cause;

            /** Failed feedback. */
            feedback: string;

            /** Failed retryAtMs. */
            retryAtMs: Long;

            /**
             * Encodes the specified Failed message. Does not implicitly {@link kiteq.log.Failed.verify|verify} messages.
             * @param message Failed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Failed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Failed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Failed & kiteq.log.Failed.$Shape} Failed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Failed & kiteq.log.Failed.$Shape;
        }

        namespace Failed {

            /** Properties of a Failed. */
            interface $Properties {

                /** Failed group */
                group?: (number|null);

                /** Failed message */
                message?: (Long|null);

                /** Failed cause */
                cause?: (kiteq.log.Cause|null);

                /** Failed feedback */
                feedback?: (string|null);

                /** Failed retryAtMs */
                retryAtMs?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Failed. */
            type $Shape = kiteq.log.Failed.$Properties;
        }

        /** Death enum. */
        enum Death {

            /** LIMIT value */
            LIMIT = 0,

            /** LIFE_OVER value */
            LIFE_OVER = 1,

            /** DAMAGED value */
            DAMAGED = 2,

            /** BY_OPERATOR value */
            BY_OPERATOR = 3
        }

        /**
         * Properties of a DeadLettered.
         * @deprecated Use kiteq.log.DeadLettered.$Properties instead.
         */
        interface IDeadLettered extends kiteq.log.DeadLettered.$Properties {
        }

        /** Represents a DeadLettered. */
        class DeadLettered {

            /**
             * Constructs a new DeadLettered.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.DeadLettered.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeadLettered group. */
            group: number;

            /** DeadLettered message. */
            message: Long;

            /** DeadLettered reason. */
            reason: kiteq.log.Death;

            /** DeadLettered feedback. */
            feedback: string;

            /** DeadLettered back. */
            back?: (kiteq.log.DeadLettered.Back.$Properties|null);

            /**
             * Encodes the specified DeadLettered message. Does not implicitly {@link kiteq.log.DeadLettered.verify|verify} messages.
             * @param message DeadLettered message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.DeadLettered.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeadLettered message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.DeadLettered & kiteq.log.DeadLettered.$Shape} DeadLettered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.DeadLettered & kiteq.log.DeadLettered.$Shape;
        }

        namespace DeadLettered {

            /** Properties of a DeadLettered. */
            interface $Properties {

                /** DeadLettered group */
                group?: (number|null);

                /** DeadLettered message */
                message?: (Long|null);

                /** DeadLettered reason */
                reason?: (kiteq.log.Death|null);

                /** DeadLettered feedback */
                feedback?: (string|null);

                /** DeadLettered back */
                back?: (kiteq.log.DeadLettered.Back.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeadLettered. */
            type $Shape = kiteq.log.DeadLettered.$Properties;

            /**
             * Properties of a Back.
             * @deprecated Use kiteq.log.DeadLettered.Back.$Properties instead.
             */
            interface IBack extends kiteq.log.DeadLettered.Back.$Properties {
            }

            /** Represents a Back. */
            class Back {

                /**
                 * Constructs a new Back.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: kiteq.log.DeadLettered.Back.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Back undone. */
                undone: Long;

                /** Back attempts. */
                attempts: number;

                /** Back atMs. */
                atMs: Long;

                /**
                 * Encodes the specified Back message. Does not implicitly {@link kiteq.log.DeadLettered.Back.verify|verify} messages.
                 * @param message Back message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: kiteq.log.DeadLettered.Back.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Back message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {kiteq.log.DeadLettered.Back & kiteq.log.DeadLettered.Back.$Shape} Back
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.DeadLettered.Back & kiteq.log.DeadLettered.Back.$Shape;
            }

            namespace Back {

                /** Properties of a Back. */
                interface $Properties {

                    /** Back undone */
                    undone?: (Long|null);

                    /** Back attempts */
                    attempts?: (number|null);

                    /** Back atMs */
                    atMs?: (Long|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Back. */
                type $Shape = kiteq.log.DeadLettered.Back.$Properties;
            }
        }

        /**
         * Properties of an Administered.
         * @deprecated Use kiteq.log.Administered.$Properties instead.
         */
        interface IAdministered extends kiteq.log.Administered.$Properties {
        }

        /** Represents an Administered. */
        class Administered {

            /**
             * Constructs a new Administered.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Administered.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Administered group. */
            group: number;

            /** Administered message. */
            message: Long;

            /** Administered who. */
            who: string;

            /** Administered was. */
            was?: (kiteq.log.Administered.Was.$Properties|null);

            /**
             * Encodes the specified Administered message. Does not implicitly {@link kiteq.log.Administered.verify|verify} messages.
             * @param message Administered message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Administered.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Administered message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Administered & kiteq.log.Administered.$Shape} Administered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Administered & kiteq.log.Administered.$Shape;
        }

        namespace Administered {

            /** Properties of an Administered. */
            interface $Properties {

                /** Administered group */
                group?: (number|null);

                /** Administered message */
                message?: (Long|null);

                /** Administered who */
                who?: (string|null);

                /** Administered was */
                was?: (kiteq.log.Administered.Was.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Administered. */
            type $Shape = kiteq.log.Administered.$Properties;

            /**
             * Properties of a Was.
             * @deprecated Use kiteq.log.Administered.Was.$Properties instead.
             */
            interface IWas extends kiteq.log.Administered.Was.$Properties {
            }

            /** Represents a Was. */
            class Was {

                /**
                 * Constructs a new Was.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: kiteq.log.Administered.Was.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Was reason. */
                reason: kiteq.log.Death;

                /** Was feedback. */
                feedback: string;

                /** Was attempts. */
                attempts: number;

                /** Was atMs. */
                atMs: Long;

                /**
                 * Encodes the specified Was message. Does not implicitly {@link kiteq.log.Administered.Was.verify|verify} messages.
                 * @param message Was message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: kiteq.log.Administered.Was.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Was message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {kiteq.log.Administered.Was & kiteq.log.Administered.Was.$Shape} Was
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Administered.Was & kiteq.log.Administered.Was.$Shape;
            }

            namespace Was {

                /** Properties of a Was. */
                interface $Properties {

                    /** Was reason */
                    reason?: (kiteq.log.Death|null);

                    /** Was feedback */
                    feedback?: (string|null);

                    /** Was attempts */
                    attempts?: (number|null);

                    /** Was atMs */
                    atMs?: (Long|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Was. */
                type $Shape = kiteq.log.Administered.Was.$Properties;
            }
        }

        /**
         * Properties of a BindingsChanged.
         * @deprecated Use kiteq.log.BindingsChanged.$Properties instead.
         */
        interface IBindingsChanged extends kiteq.log.BindingsChanged.$Properties {
        }

        /** Represents a BindingsChanged. */
        class BindingsChanged {

            /**
             * Constructs a new BindingsChanged.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.BindingsChanged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BindingsChanged source. */
            source: kiteq.log.BindingsChanged.Source;

            /** BindingsChanged topic. */
            topic: number;

            /** BindingsChanged group. */
            group: number;

            /** BindingsChanged bindings. */
            bindings: kiteq.log.BindingsChanged.Binding.$Properties[];

            /** BindingsChanged parks. */
            parks: number[];

            /** BindingsChanged unparks. */
            unparks: number[];

            /**
             * Encodes the specified BindingsChanged message. Does not implicitly {@link kiteq.log.BindingsChanged.verify|verify} messages.
             * @param message BindingsChanged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.BindingsChanged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BindingsChanged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.BindingsChanged & kiteq.log.BindingsChanged.$Shape} BindingsChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.BindingsChanged & kiteq.log.BindingsChanged.$Shape;
        }

        namespace BindingsChanged {

            /** Properties of a BindingsChanged. */
            interface $Properties {

                /** BindingsChanged source */
                source?: (kiteq.log.BindingsChanged.Source|null);

                /** BindingsChanged topic */
                topic?: (number|null);

                /** BindingsChanged group */
                group?: (number|null);

                /** BindingsChanged bindings */
                bindings?: (kiteq.log.BindingsChanged.Binding.$Properties[]|null);

                /** BindingsChanged parks */
                parks?: (number[]|null);

                /** BindingsChanged unparks */
                unparks?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BindingsChanged. */
            type $Shape = kiteq.log.BindingsChanged.$Properties;

            /** Source enum. */
            enum Source {

                /** REGISTRY value */
                REGISTRY = 0,

                /** FILE value */
                FILE = 1,

                /** CLIENT_COMMAND value */
                CLIENT_COMMAND = 2,

                /** OPERATOR_COMMAND value */
                OPERATOR_COMMAND = 3
            }

            /** BindType enum. */
            enum BindType {

                /** DIRECT value */
                DIRECT = 0,

                /** REGEX value */
                REGEX = 1,

                /** FANOUT value */
                FANOUT = 2
            }

            /**
             * Properties of a Binding.
             * @deprecated Use kiteq.log.BindingsChanged.Binding.$Properties instead.
             */
            interface IBinding extends kiteq.log.BindingsChanged.Binding.$Properties {
            }

            /** Represents a Binding. */
            class Binding {

                /**
                 * Constructs a new Binding.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: kiteq.log.BindingsChanged.Binding.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Binding bindType. */
                bindType: kiteq.log.BindingsChanged.BindType;

                /** Binding messageType. */
                messageType: string;

                /** Binding watermark. */
                watermark: number;

                /** Binding persistent. */
                persistent: boolean;

                /**
                 * Encodes the specified Binding message. Does not implicitly {@link kiteq.log.BindingsChanged.Binding.verify|verify} messages.
                 * @param message Binding message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: kiteq.log.BindingsChanged.Binding.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Binding message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {kiteq.log.BindingsChanged.Binding & kiteq.log.BindingsChanged.Binding.$Shape} Binding
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.BindingsChanged.Binding & kiteq.log.BindingsChanged.Binding.$Shape;
            }

            namespace Binding {

                /** Properties of a Binding. */
                interface $Properties {

                    /** Binding bindType */
                    bindType?: (kiteq.log.BindingsChanged.BindType|null);

                    /** Binding messageType */
                    messageType?: (string|null);

                    /** Binding watermark */
                    watermark?: (number|null);

                    /** Binding persistent */
                    persistent?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Binding. */
                type $Shape = kiteq.log.BindingsChanged.Binding.$Properties;
            }
        }

        /**
         * Properties of a MembersChanged.
         * @deprecated Use kiteq.log.MembersChanged.$Properties instead.
         */
        interface IMembersChanged extends kiteq.log.MembersChanged.$Properties {
        }

        /** Represents a MembersChanged. */
        class MembersChanged {

            /**
             * Constructs a new MembersChanged.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.MembersChanged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MembersChanged group. */
            group: number;

            /** MembersChanged connection. */
            connection: number;

            /** MembersChanged peer. */
            peer: string;

            /** MembersChanged left. */
            left: boolean;

            /**
             * Encodes the specified MembersChanged message. Does not implicitly {@link kiteq.log.MembersChanged.verify|verify} messages.
             * @param message MembersChanged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.MembersChanged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MembersChanged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.MembersChanged & kiteq.log.MembersChanged.$Shape} MembersChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.MembersChanged & kiteq.log.MembersChanged.$Shape;
        }

        namespace MembersChanged {

            /** Properties of a MembersChanged. */
            interface $Properties {

                /** MembersChanged group */
                group?: (number|null);

                /** MembersChanged connection */
                connection?: (number|null);

                /** MembersChanged peer */
                peer?: (string|null);

                /** MembersChanged left */
                left?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MembersChanged. */
            type $Shape = kiteq.log.MembersChanged.$Properties;
        }

        /**
         * Properties of an Operator.
         * @deprecated Use kiteq.log.Operator.$Properties instead.
         */
        interface IOperator extends kiteq.log.Operator.$Properties {
        }

        /** Represents an Operator. */
        class Operator {

            /**
             * Constructs a new Operator.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Operator.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Operator who. */
            who: string;

            /** Operator action. */
            action: string;

            /** Operator detail. */
            detail: string;

            /**
             * Encodes the specified Operator message. Does not implicitly {@link kiteq.log.Operator.verify|verify} messages.
             * @param message Operator message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Operator.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Operator message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Operator & kiteq.log.Operator.$Shape} Operator
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Operator & kiteq.log.Operator.$Shape;
        }

        namespace Operator {

            /** Properties of an Operator. */
            interface $Properties {

                /** Operator who */
                who?: (string|null);

                /** Operator action */
                action?: (string|null);

                /** Operator detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Operator. */
            type $Shape = kiteq.log.Operator.$Properties;
        }

        /**
         * Properties of a Hole.
         * @deprecated Use kiteq.log.Hole.$Properties instead.
         */
        interface IHole extends kiteq.log.Hole.$Properties {
        }

        /** Represents a Hole. */
        class Hole {

            /**
             * Constructs a new Hole.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Hole.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hole segment. */
            segment: number;

            /** Hole position. */
            position: Long;

            /** Hole length. */
            length: Long;

            /** Hole firstOffset. */
            firstOffset: Long;

            /** Hole count. */
            count: Long;

            /**
             * Encodes the specified Hole message. Does not implicitly {@link kiteq.log.Hole.verify|verify} messages.
             * @param message Hole message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Hole.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hole message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Hole & kiteq.log.Hole.$Shape} Hole
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Hole & kiteq.log.Hole.$Shape;
        }

        namespace Hole {

            /** Properties of a Hole. */
            interface $Properties {

                /** Hole segment */
                segment?: (number|null);

                /** Hole position */
                position?: (Long|null);

                /** Hole length */
                length?: (Long|null);

                /** Hole firstOffset */
                firstOffset?: (Long|null);

                /** Hole count */
                count?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hole. */
            type $Shape = kiteq.log.Hole.$Properties;
        }

        /**
         * Properties of a Closed.
         * @deprecated Use kiteq.log.Closed.$Properties instead.
         */
        interface IClosed extends kiteq.log.Closed.$Properties {
        }

        /** Represents a Closed. */
        class Closed {

            /**
             * Constructs a new Closed.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Closed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Closed clean. */
            clean: boolean;

            /**
             * Encodes the specified Closed message. Does not implicitly {@link kiteq.log.Closed.verify|verify} messages.
             * @param message Closed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Closed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Closed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Closed & kiteq.log.Closed.$Shape} Closed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Closed & kiteq.log.Closed.$Shape;
        }

        namespace Closed {

            /** Properties of a Closed. */
            interface $Properties {

                /** Closed clean */
                clean?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Closed. */
            type $Shape = kiteq.log.Closed.$Properties;
        }

        /**
         * Properties of a Base.
         * @deprecated Use kiteq.log.Base.$Properties instead.
         */
        interface IBase extends kiteq.log.Base.$Properties {
        }

        /** Represents a Base. */
        class Base {

            /**
             * Constructs a new Base.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Base.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Base at. */
            at: Long;

            /** Base segment. */
            segment: number;

            /** Base position. */
            position: Long;

            /** Base digest. */
            digest: string;

            /** Base part. */
            part: number;

            /** Base parts. */
            parts: number;

            /** Base sections. */
            sections: Uint8Array;

            /**
             * Encodes the specified Base message. Does not implicitly {@link kiteq.log.Base.verify|verify} messages.
             * @param message Base message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Base.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Base message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Base & kiteq.log.Base.$Shape} Base
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Base & kiteq.log.Base.$Shape;
        }

        namespace Base {

            /** Properties of a Base. */
            interface $Properties {

                /** Base at */
                at?: (Long|null);

                /** Base segment */
                segment?: (number|null);

                /** Base position */
                position?: (Long|null);

                /** Base digest */
                digest?: (string|null);

                /** Base part */
                part?: (number|null);

                /** Base parts */
                parts?: (number|null);

                /** Base sections */
                sections?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Base. */
            type $Shape = kiteq.log.Base.$Properties;
        }

        /**
         * Properties of a Moved.
         * @deprecated Use kiteq.log.Moved.$Properties instead.
         */
        interface IMoved extends kiteq.log.Moved.$Properties {
        }

        /** Represents a Moved. */
        class Moved {

            /**
             * Constructs a new Moved.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Moved.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Moved of. */
            of: Long;

            /** Moved form. */
            form: number;

            /** Moved message. */
            message: Uint8Array;

            /**
             * Encodes the specified Moved message. Does not implicitly {@link kiteq.log.Moved.verify|verify} messages.
             * @param message Moved message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Moved.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Moved message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Moved & kiteq.log.Moved.$Shape} Moved
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Moved & kiteq.log.Moved.$Shape;
        }

        namespace Moved {

            /** Properties of a Moved. */
            interface $Properties {

                /** Moved of */
                of?: (Long|null);

                /** Moved form */
                form?: (number|null);

                /** Moved message */
                message?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Moved. */
            type $Shape = kiteq.log.Moved.$Properties;
        }

        /**
         * Properties of a Dropped.
         * @deprecated Use kiteq.log.Dropped.$Properties instead.
         */
        interface IDropped extends kiteq.log.Dropped.$Properties {
        }

        /** Represents a Dropped. */
        class Dropped {

            /**
             * Constructs a new Dropped.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Dropped.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Dropped segment. */
            segment: number;

            /** Dropped nextOffset. */
            nextOffset: Long;

            /**
             * Encodes the specified Dropped message. Does not implicitly {@link kiteq.log.Dropped.verify|verify} messages.
             * @param message Dropped message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Dropped.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Dropped message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Dropped & kiteq.log.Dropped.$Shape} Dropped
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Dropped & kiteq.log.Dropped.$Shape;
        }

        namespace Dropped {

            /** Properties of a Dropped. */
            interface $Properties {

                /** Dropped segment */
                segment?: (number|null);

                /** Dropped nextOffset */
                nextOffset?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Dropped. */
            type $Shape = kiteq.log.Dropped.$Properties;
        }

        /**
         * Properties of a Held.
         * @deprecated Use kiteq.log.Held.$Properties instead.
         */
        interface IHeld extends kiteq.log.Held.$Properties {
        }

        /** Represents a Held. */
        class Held {

            /**
             * Constructs a new Held.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Held.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Held group. */
            group: number;

            /** Held who. */
            who: string;

            /**
             * Encodes the specified Held message. Does not implicitly {@link kiteq.log.Held.verify|verify} messages.
             * @param message Held message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Held.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Held message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Held & kiteq.log.Held.$Shape} Held
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Held & kiteq.log.Held.$Shape;
        }

        namespace Held {

            /** Properties of a Held. */
            interface $Properties {

                /** Held group */
                group?: (number|null);

                /** Held who */
                who?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Held. */
            type $Shape = kiteq.log.Held.$Properties;
        }

        /**
         * Properties of a Recalled.
         * @deprecated Use kiteq.log.Recalled.$Properties instead.
         */
        interface IRecalled extends kiteq.log.Recalled.$Properties {
        }

        /** Represents a Recalled. */
        class Recalled {

            /**
             * Constructs a new Recalled.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.log.Recalled.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Recalled id. */
            id: Uint8Array;

            /** Recalled topic. */
            topic: number;

            /** Recalled type. */
            type: number;

            /** Recalled publisher. */
            publisher: number;

            /** Recalled form. */
            form: number;

            /** Recalled content. */
            content: Long;

            /** Recalled expiresAt. */
            expiresAt: number;

            /** Recalled deliverLimit. */
            deliverLimit: number;

            /** Recalled of. */
            of: Long;

            /** Recalled group. */
            group: number;

            /** Recalled message. */
            message: Uint8Array;

            /**
             * Encodes the specified Recalled message. Does not implicitly {@link kiteq.log.Recalled.verify|verify} messages.
             * @param message Recalled message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.log.Recalled.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Recalled message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.log.Recalled & kiteq.log.Recalled.$Shape} Recalled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.log.Recalled & kiteq.log.Recalled.$Shape;
        }

        namespace Recalled {

            /** Properties of a Recalled. */
            interface $Properties {

                /** Recalled id */
                id?: (Uint8Array|null);

                /** Recalled topic */
                topic?: (number|null);

                /** Recalled type */
                type?: (number|null);

                /** Recalled publisher */
                publisher?: (number|null);

                /** Recalled form */
                form?: (number|null);

                /** Recalled content */
                content?: (Long|null);

                /** Recalled expiresAt */
                expiresAt?: (number|null);

                /** Recalled deliverLimit */
                deliverLimit?: (number|null);

                /** Recalled of */
                of?: (Long|null);

                /** Recalled group */
                group?: (number|null);

                /** Recalled message */
                message?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Recalled. */
            type $Shape = kiteq.log.Recalled.$Properties;
        }
    }
}
