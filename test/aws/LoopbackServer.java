import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * DynamoDB Local in memory on a free port of the loopback interface; its own main class listens on every interface.
 * Prints the port, and ends when its standard input does, so that it never outlives who started it.
 */
class LoopbackServer {
  public static void main(String[] args) throws Exception {
    var tables = new LocalDynamoDBRequestHandler(0, true, null, true, false);
    var requests = new LocalDynamoDBServerHandler(tables, null);
    var server = new Server(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    // Only its handler is used: it is never started, so it neither listens nor sends telemetry.
    server.setHandler(new DynamoDBProxyServer(0, requests).setUpHandler(requests));
    server.start();
    System.out.println("port " + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
    while (System.in.read() != -1) {}
    System.exit(0);
  }
}
