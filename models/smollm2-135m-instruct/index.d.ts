/** The folder of the model's files, in the layout of the Hugging Face hub, without a slash at the end. */
export declare const modelDirectory: string;
