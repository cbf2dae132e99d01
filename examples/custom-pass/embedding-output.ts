import { definePlugin, GraphEditor, isOp, ops } from 'match-compiler';

/**
 * Makes the feature vector before the classifier a second output of the network, for instance to learn new
 * classes on the device. Shows the two things most passes do: look at a graph and hand on another.
 */
export const embeddingOutput = definePlugin(() => ({
  name: 'embedding-output',
  // After the built-in passes have made integers of the network, so that the features are int8.
  transform: {
    order: 'post',
    before: 'eliminate-dead-code',
    handler(graph) {
      const classifier = graph.nodes.findLast((node) => isOp(node, ops.dense));
      const [features] = classifier?.inputs ?? [];
      if (!features) {
        this.warn({ code: 'EMBEDDING_MISSING', message: `${graph.name} has no fully connected layer` });
        return null;
      }
      if (graph.isOutput(features)) return null;
      this.info({ code: 'EMBEDDING_FOUND', message: `%${features.name} is now an output` });
      const editor = new GraphEditor(graph);
      editor.setOutputs([...graph.outputs, features]);
      return editor.finish();
    },
  },
}));
