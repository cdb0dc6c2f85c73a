import java.io.File;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** The log of a partition as Kafka's own classes read it: for each batch its compression and its records' bytes. */
public class LogBatches {
  public static void main(String[] args) throws Exception {
    for (String file : args) {
      try (FileRecords log = FileRecords.open(new File(file), false)) {
        for (RecordBatch batch : log.batches()) {
          long bytes = 0;
          int count = 0;
          for (Record record : batch) {
            bytes += record.valueSize();
            count += 1;
          }
          System.out.println(batch.compressionType().name + " " + count + " " + bytes);
        }
      }
    }
  }
}
