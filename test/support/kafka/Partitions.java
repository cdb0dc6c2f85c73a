import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/** What Kafka's own producer does with keys: for each line of base64, its murmur2 and its partition among 6 and 1000. */
public class Partitions {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    StringBuilder out = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      byte[] key = Base64.getDecoder().decode(line);
      out.append(Utils.murmur2(key)).append(' ');
      out.append(BuiltInPartitioner.partitionForKey(key, 6)).append(' ');
      out.append(BuiltInPartitioner.partitionForKey(key, 1000)).append('\n');
    }
    System.out.print(out);
  }
}
