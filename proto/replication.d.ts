import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace kiteq. */
export namespace kiteq {

    /** Namespace replication. */
    namespace replication {

        /**
         * Properties of an Introduction.
         * @deprecated Use kiteq.replication.Introduction.$Properties instead.
         */
        interface IIntroduction extends kiteq.replication.Introduction.$Properties {
        }

        /** Represents an Introduction. */
        class Introduction {

            /**
             * Constructs a new Introduction.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Introduction.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Introduction member. */
            member: string;

            /** Introduction formatReads. */
            formatReads: number;

            /** Introduction formatWrites. */
            formatWrites: number;

            /** Introduction refused. */
            refused: string;

            /**
             * Encodes the specified Introduction message. Does not implicitly {@link kiteq.replication.Introduction.verify|verify} messages.
             * @param message Introduction message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Introduction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Introduction message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Introduction & kiteq.replication.Introduction.$Shape} Introduction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Introduction & kiteq.replication.Introduction.$Shape;
        }

        namespace Introduction {

            /** Properties of an Introduction. */
            interface $Properties {

                /** Introduction member */
                member?: (string|null);

                /** Introduction formatReads */
                formatReads?: (number|null);

                /** Introduction formatWrites */
                formatWrites?: (number|null);

                /** Introduction refused */
                refused?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Introduction. */
            type $Shape = kiteq.replication.Introduction.$Properties;
        }

        /**
         * Properties of a Place.
         * @deprecated Use kiteq.replication.Place.$Properties instead.
         */
        interface IPlace extends kiteq.replication.Place.$Properties {
        }

        /** Represents a Place. */
        class Place {

            /**
             * Constructs a new Place.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Place.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Place offset. */
            offset: Long;

            /** Place segment. */
            segment: Long;

            /** Place position. */
            position: Long;

            /**
             * Encodes the specified Place message. Does not implicitly {@link kiteq.replication.Place.verify|verify} messages.
             * @param message Place message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Place.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Place message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Place & kiteq.replication.Place.$Shape} Place
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Place & kiteq.replication.Place.$Shape;
        }

        namespace Place {

            /** Properties of a Place. */
            interface $Properties {

                /** Place offset */
                offset?: (Long|null);

                /** Place segment */
                segment?: (Long|null);

                /** Place position */
                position?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Place. */
            type $Shape = kiteq.replication.Place.$Properties;
        }

        /**
         * Properties of a Pull.
         * @deprecated Use kiteq.replication.Pull.$Properties instead.
         */
        interface IPull extends kiteq.replication.Pull.$Properties {
        }

        /** Represents a Pull. */
        class Pull {

            /**
             * Constructs a new Pull.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Pull.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pull member. */
            member: string;

            /** Pull copy. */
            copy: string;

            /** Pull epoch. */
            epoch: Long;

            /** Pull lastEpoch. */
            lastEpoch: Long;

            /** Pull place. */
            place?: (kiteq.replication.Place.$Properties|null);

            /** Pull synced. */
            synced: Long;

            /** Pull watermark. */
            watermark: Long;

            /** Pull waitMs. */
            waitMs: number;

            /** Pull bytesMax. */
            bytesMax: number;

            /**
             * Encodes the specified Pull message. Does not implicitly {@link kiteq.replication.Pull.verify|verify} messages.
             * @param message Pull message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Pull.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pull message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Pull & kiteq.replication.Pull.$Shape} Pull
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Pull & kiteq.replication.Pull.$Shape;
        }

        namespace Pull {

            /** Properties of a Pull. */
            interface $Properties {

                /** Pull member */
                member?: (string|null);

                /** Pull copy */
                copy?: (string|null);

                /** Pull epoch */
                epoch?: (Long|null);

                /** Pull lastEpoch */
                lastEpoch?: (Long|null);

                /** Pull place */
                place?: (kiteq.replication.Place.$Properties|null);

                /** Pull synced */
                synced?: (Long|null);

                /** Pull watermark */
                watermark?: (Long|null);

                /** Pull waitMs */
                waitMs?: (number|null);

                /** Pull bytesMax */
                bytesMax?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pull. */
            type $Shape = kiteq.replication.Pull.$Properties;
        }

        /**
         * Properties of a Status.
         * @deprecated Use kiteq.replication.Status.$Properties instead.
         */
        interface IStatus extends kiteq.replication.Status.$Properties {
        }

        /** Represents a Status. */
        class Status {

            /**
             * Constructs a new Status.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Status.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Status message. Does not implicitly {@link kiteq.replication.Status.verify|verify} messages.
             * @param message Status message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Status & kiteq.replication.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Status & kiteq.replication.Status.$Shape;
        }

        namespace Status {

            /** Properties of a Status. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Status. */
            type $Shape = kiteq.replication.Status.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use kiteq.replication.Request.$Properties instead.
         */
        interface IRequest extends kiteq.replication.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request pull. */
            pull?: (kiteq.replication.Pull.$Properties|null);

            /** Request status. */
            status?: (kiteq.replication.Status.$Properties|null);

            /** Request question. */
            question?: ("pull"|"status");

            /**
             * Encodes the specified Request message. Does not implicitly {@link kiteq.replication.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Request & kiteq.replication.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Request & kiteq.replication.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request pull */
                pull?: (kiteq.replication.Pull.$Properties|null);

                /** Request status */
                status?: (kiteq.replication.Status.$Properties|null);

                /** Request question */
                question?: ("pull"|"status");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Request. */
            type $Shape = {
              pull?: kiteq.replication.Pull.$Shape|null;
              status?: kiteq.replication.Status.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ question?: undefined; pull?: null; status?: null }|{ question?: "pull"; pull: kiteq.replication.Pull.$Shape; status?: null }|{ question?: "status"; pull?: null; status: kiteq.replication.Status.$Shape })
            );
        }

        /**
         * Properties of a Records.
         * @deprecated Use kiteq.replication.Records.$Properties instead.
         */
        interface IRecords extends kiteq.replication.Records.$Properties {
        }

        /** Represents a Records. */
        class Records {

            /**
             * Constructs a new Records.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Records.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Records place. */
            place?: (kiteq.replication.Place.$Properties|null);

            /** Records end. */
            end?: (kiteq.replication.Place.$Properties|null);

            /** Records headerBytes. */
            headerBytes: number;

            /** Records recordBytes. */
            recordBytes: number;

            /**
             * Encodes the specified Records message. Does not implicitly {@link kiteq.replication.Records.verify|verify} messages.
             * @param message Records message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Records.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Records & kiteq.replication.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Records & kiteq.replication.Records.$Shape;
        }

        namespace Records {

            /** Properties of a Records. */
            interface $Properties {

                /** Records place */
                place?: (kiteq.replication.Place.$Properties|null);

                /** Records end */
                end?: (kiteq.replication.Place.$Properties|null);

                /** Records headerBytes */
                headerBytes?: (number|null);

                /** Records recordBytes */
                recordBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Records. */
            type $Shape = kiteq.replication.Records.$Properties;
        }

        /**
         * Properties of a Pulled.
         * @deprecated Use kiteq.replication.Pulled.$Properties instead.
         */
        interface IPulled extends kiteq.replication.Pulled.$Properties {
        }

        /** Represents a Pulled. */
        class Pulled {

            /**
             * Constructs a new Pulled.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Pulled.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pulled epoch. */
            epoch: Long;

            /** Pulled watermark. */
            watermark: Long;

            /** Pulled records. */
            records?: (kiteq.replication.Records.$Properties|null);

            /** Pulled end. */
            end: Long;

            /**
             * Encodes the specified Pulled message. Does not implicitly {@link kiteq.replication.Pulled.verify|verify} messages.
             * @param message Pulled message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Pulled.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pulled message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Pulled & kiteq.replication.Pulled.$Shape} Pulled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Pulled & kiteq.replication.Pulled.$Shape;
        }

        namespace Pulled {

            /** Properties of a Pulled. */
            interface $Properties {

                /** Pulled epoch */
                epoch?: (Long|null);

                /** Pulled watermark */
                watermark?: (Long|null);

                /** Pulled records */
                records?: (kiteq.replication.Records.$Properties|null);

                /** Pulled end */
                end?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pulled. */
            type $Shape = kiteq.replication.Pulled.$Properties;
        }

        /**
         * Properties of a Diverged.
         * @deprecated Use kiteq.replication.Diverged.$Properties instead.
         */
        interface IDiverged extends kiteq.replication.Diverged.$Properties {
        }

        /** Represents a Diverged. */
        class Diverged {

            /**
             * Constructs a new Diverged.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Diverged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Diverged epoch. */
            epoch: Long;

            /** Diverged commonEpoch. */
            commonEpoch: Long;

            /** Diverged commonEnd. */
            commonEnd: Long;

            /**
             * Encodes the specified Diverged message. Does not implicitly {@link kiteq.replication.Diverged.verify|verify} messages.
             * @param message Diverged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Diverged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Diverged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Diverged & kiteq.replication.Diverged.$Shape} Diverged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Diverged & kiteq.replication.Diverged.$Shape;
        }

        namespace Diverged {

            /** Properties of a Diverged. */
            interface $Properties {

                /** Diverged epoch */
                epoch?: (Long|null);

                /** Diverged commonEpoch */
                commonEpoch?: (Long|null);

                /** Diverged commonEnd */
                commonEnd?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Diverged. */
            type $Shape = kiteq.replication.Diverged.$Properties;
        }

        /**
         * Properties of a Dropped.
         * @deprecated Use kiteq.replication.Dropped.$Properties instead.
         */
        interface IDropped extends kiteq.replication.Dropped.$Properties {
        }

        /** Represents a Dropped. */
        class Dropped {

            /**
             * Constructs a new Dropped.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Dropped.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Dropped epoch. */
            epoch: Long;

            /** Dropped first. */
            first?: (kiteq.replication.Place.$Properties|null);

            /**
             * Encodes the specified Dropped message. Does not implicitly {@link kiteq.replication.Dropped.verify|verify} messages.
             * @param message Dropped message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Dropped.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Dropped message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Dropped & kiteq.replication.Dropped.$Shape} Dropped
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Dropped & kiteq.replication.Dropped.$Shape;
        }

        namespace Dropped {

            /** Properties of a Dropped. */
            interface $Properties {

                /** Dropped epoch */
                epoch?: (Long|null);

                /** Dropped first */
                first?: (kiteq.replication.Place.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Dropped. */
            type $Shape = kiteq.replication.Dropped.$Properties;
        }

        /**
         * Properties of a NotLeader.
         * @deprecated Use kiteq.replication.NotLeader.$Properties instead.
         */
        interface INotLeader extends kiteq.replication.NotLeader.$Properties {
        }

        /** Represents a NotLeader. */
        class NotLeader {

            /**
             * Constructs a new NotLeader.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.NotLeader.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NotLeader epoch. */
            epoch: Long;

            /**
             * Encodes the specified NotLeader message. Does not implicitly {@link kiteq.replication.NotLeader.verify|verify} messages.
             * @param message NotLeader message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.NotLeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NotLeader message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.NotLeader & kiteq.replication.NotLeader.$Shape} NotLeader
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.NotLeader & kiteq.replication.NotLeader.$Shape;
        }

        namespace NotLeader {

            /** Properties of a NotLeader. */
            interface $Properties {

                /** NotLeader epoch */
                epoch?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NotLeader. */
            type $Shape = kiteq.replication.NotLeader.$Properties;
        }

        /**
         * Properties of a StatusIs.
         * @deprecated Use kiteq.replication.StatusIs.$Properties instead.
         */
        interface IStatusIs extends kiteq.replication.StatusIs.$Properties {
        }

        /** Represents a StatusIs. */
        class StatusIs {

            /**
             * Constructs a new StatusIs.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.StatusIs.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StatusIs member. */
            member: string;

            /** StatusIs copy. */
            copy: string;

            /** StatusIs lastEpoch. */
            lastEpoch: Long;

            /** StatusIs end. */
            end: Long;

            /** StatusIs isUnsure. */
            isUnsure: boolean;

            /** StatusIs epoch. */
            epoch: Long;

            /**
             * Encodes the specified StatusIs message. Does not implicitly {@link kiteq.replication.StatusIs.verify|verify} messages.
             * @param message StatusIs message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.StatusIs.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StatusIs message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.StatusIs & kiteq.replication.StatusIs.$Shape} StatusIs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.StatusIs & kiteq.replication.StatusIs.$Shape;
        }

        namespace StatusIs {

            /** Properties of a StatusIs. */
            interface $Properties {

                /** StatusIs member */
                member?: (string|null);

                /** StatusIs copy */
                copy?: (string|null);

                /** StatusIs lastEpoch */
                lastEpoch?: (Long|null);

                /** StatusIs end */
                end?: (Long|null);

                /** StatusIs isUnsure */
                isUnsure?: (boolean|null);

                /** StatusIs epoch */
                epoch?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StatusIs. */
            type $Shape = kiteq.replication.StatusIs.$Properties;
        }

        /**
         * Properties of an Answer.
         * @deprecated Use kiteq.replication.Answer.$Properties instead.
         */
        interface IAnswer extends kiteq.replication.Answer.$Properties {
        }

        /** Represents an Answer. */
        class Answer {

            /**
             * Constructs a new Answer.
             * @param [properties] Properties to set
             */
            constructor(properties?: kiteq.replication.Answer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Answer pulled. */
            pulled?: (kiteq.replication.Pulled.$Properties|null);

            /** Answer diverged. */
            diverged?: (kiteq.replication.Diverged.$Properties|null);

            /** Answer dropped. */
            dropped?: (kiteq.replication.Dropped.$Properties|null);

            /** Answer notLeader. */
            notLeader?: (kiteq.replication.NotLeader.$Properties|null);

            /** Answer status. */
            status?: (kiteq.replication.StatusIs.$Properties|null);

            /** Answer refused. */
            refused?: (string|null);

            /** Answer reply. */
            reply?: ("pulled"|"diverged"|"dropped"|"notLeader"|"status"|"refused");

            /**
             * Encodes the specified Answer message. Does not implicitly {@link kiteq.replication.Answer.verify|verify} messages.
             * @param message Answer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: kiteq.replication.Answer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Answer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {kiteq.replication.Answer & kiteq.replication.Answer.$Shape} Answer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): kiteq.replication.Answer & kiteq.replication.Answer.$Shape;
        }

        namespace Answer {

            /** Properties of an Answer. */
            interface $Properties {

                /** Answer pulled */
                pulled?: (kiteq.replication.Pulled.$Properties|null);

                /** Answer diverged */
                diverged?: (kiteq.replication.Diverged.$Properties|null);

                /** Answer dropped */
                dropped?: (kiteq.replication.Dropped.$Properties|null);

                /** Answer notLeader */
                notLeader?: (kiteq.replication.NotLeader.$Properties|null);

                /** Answer status */
                status?: (kiteq.replication.StatusIs.$Properties|null);

                /** Answer refused */
                refused?: (string|null);

                /** Answer reply */
                reply?: ("pulled"|"diverged"|"dropped"|"notLeader"|"status"|"refused");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Answer. */
            type $Shape = {
              pulled?: kiteq.replication.Pulled.$Shape|null;
              diverged?: kiteq.replication.Diverged.$Shape|null;
              dropped?: kiteq.replication.Dropped.$Shape|null;
              notLeader?: kiteq.replication.NotLeader.$Shape|null;
              status?: kiteq.replication.StatusIs.$Shape|null;
              refused?: string|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ reply?: undefined; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "pulled"; pulled: kiteq.replication.Pulled.$Shape; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "diverged"; pulled?: null; diverged: kiteq.replication.Diverged.$Shape; dropped?: null; notLeader?: null; status?: null; refused?: null }|{ reply?: "dropped"; pulled?: null; diverged?: null; dropped: kiteq.replication.Dropped.$Shape; notLeader?: null; status?: null; refused?: null }|{ reply?: "notLeader"; pulled?: null; diverged?: null; dropped?: null; notLeader: kiteq.replication.NotLeader.$Shape; status?: null; refused?: null }|{ reply?: "status"; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status: kiteq.replication.StatusIs.$Shape; refused?: null }|{ reply?: "refused"; pulled?: null; diverged?: null; dropped?: null; notLeader?: null; status?: null; refused: string })
            );
        }
    }
}
