import type { ModelProto, TensorProto } from './proto.js';

interface MessageType<M> {
  encode(message: M): { finish(): Uint8Array };
  decode(reader: object): M;
}

/** Made from onnx.proto by `npm run proto`; its types are in proto.ts. */
export declare const onnx: {
  readonly ModelProto: MessageType<ModelProto>;
  readonly TensorProto: MessageType<TensorProto>;
};
