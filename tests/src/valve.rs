//! A valve before a server: what flows through it can be held back.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Stands before a server of this machine.
pub struct Valve {
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    open: watch::Sender<bool>,
    arrived: watch::Receiver<usize>,
}

impl Valve {
    /// Stands before the server at `http://HOST:PORT`, closed: connections are taken and wait.
    pub async fn closed(endpoint: &str) -> Self {
        let server = endpoint.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (open, is_open) = watch::channel(false);
        let (arrivals, arrived) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                arrivals.send_modify(|count| *count += 1);
                let (mut is_open, server) = (is_open.clone(), server.clone());
                tokio::spawn(async move {
                    if is_open.wait_for(|open| *open).await.is_ok()
                        && let Ok(mut server) = TcpStream::connect(server).await
                    {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { endpoint, open, arrived }
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        let _ = self.open.send(true);
    }

    /// Waits for the first connection.
    pub async fn reached(&self) {
        self.arrived.clone().wait_for(|count| *count > 0).await.unwrap();
    }
}
